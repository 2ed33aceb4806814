/* The layers of some shapes: counties, issues, changes. Each takes plain values and gives a Leaflet
   layer. The bases, which may be very many, draw themselves (bases.js). */
(function (herbgis) {
  "use strict";

  const { element, colour, unpack } = herbgis;

  /** The names of counties are placed for a map a little larger than this (labels.py). */
  const NAMED = { x: 1100, y: 700 };

  /** Counties are few: as SVG they stay sharp on paper and in pictures. */
  function ground(shapes, renderer, options) {
    return L.polygon(shapes, { pane: "hg-ground", renderer, interactive: false, ...options });
  }

  /** Whether a map is smaller than the one whose symbols the names were placed between. */
  function isTight(map) {
    const size = map.getSize();
    return size.x < NAMED.x || size.y < NAMED.y;
  }

  function countyLabel(county) {
    const icon = L.divIcon({
      className: "hg-county",
      html: element("span", "", county.name),
      iconSize: [0, 0],
    });
    const options = { icon, pane: "hg-labels", interactive: false, keyboard: false };
    return L.marker(county.label, options);
  }

  /** Counties with a soft glow around them all, and their names, under the symbols where there is room. */
  const Counties = L.LayerGroup.extend({
    initialize(data) {
      const shapes = data.counties.map((county) => unpack(county.parts, data.steps));
      const glow = { fill: false, color: colour("glow"), weight: 9, opacity: 0.5 };
      const land = {
        className: "hg-land",
        color: colour("border"),
        weight: 1.2,
        fillColor: colour("land"),
        fillOpacity: 1,
      };
      const renderer = L.svg({ pane: "hg-ground", padding: 0.5 });
      L.LayerGroup.prototype.initialize.call(this, [
        ...shapes.map((shape) => ground(shape, renderer, glow)),
        ...shapes.map((shape) => ground(shape, renderer, land)),
        ...data.counties.filter((county) => county.label).map(countyLabel),
      ]);
    },

    onAdd(map) {
      // Where the symbols leave no room between them, the names lie above.
      map.getContainer().classList.toggle("hg-small", herbgis.isSmall(map));
      for (const [name, order] of [["hg-ground", 300], ["hg-labels", isTight(map) ? 450 : 350]]) {
        if (!map.getPane(name)) map.createPane(name).style.zIndex = order;
        map.getPane(name).style.pointerEvents = "none";
      }
      L.LayerGroup.prototype.onAdd.call(this, map);
    },
  });

  herbgis.counties = (data) => new Counties(data);

  function issuePopup(pin) {
    return element("div", "hg-popup", [
      element("h3", "", pin.name),
      herbgis.tags(pin.tags, null),
      ...pin.said.map((text) => element("p", "", text)),
      element("p", "hg-where", pin.where),
    ]);
  }

  function issuePin(pin) {
    const look = {
      shape: "pin",
      radius: 7,
      color: colour("paper"),
      weight: 1.5,
      fillColor: colour(pin.severity),
      fillOpacity: 1,
    };
    return new herbgis.Mark(pin.at, look)
      .bindTooltip(() => element("div", "hg-tip", element("b", "", pin.name)), {
        sticky: true,
        direction: "top",
      })
      .bindPopup(() => issuePopup(pin), { maxWidth: 320 });
  }

  function changePopup(change) {
    const said = change.said.filter(Boolean).map((text) => element("p", "", text));
    return element("div", "hg-popup", [element("h3", "", change.name), ...said]);
  }

  function changeOutlines(change, steps) {
    const looks = [
      [change.before, { color: colour("before"), weight: 2.5, dashArray: "6 4" }],
      [change.after, { color: colour("after"), weight: 2.5 }],
    ];
    return looks
      .filter(([parts]) => parts.length)
      .map(([parts, look]) =>
        L.polygon(unpack(parts, steps), { ...look, fill: false }).bindPopup(
          () => changePopup(change),
          { maxWidth: 320 }
        )
      );
  }

  herbgis.changes = (data) =>
    L.layerGroup(data.changes.flatMap((change) => changeOutlines(change, data.steps)));

  herbgis.issues = (data) => L.layerGroup(data.pins.map(issuePin));
})(window.herbgis);
