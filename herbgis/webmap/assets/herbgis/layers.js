/* The layers: counties, bases, issues, changes. Each takes plain values and gives a Leaflet layer. */
(function (herbgis) {
  "use strict";

  const { element, colour, unpack } = herbgis;
  const SMALL_SCALE = 0.75;

  function style(base) {
    const rank = base.rank === null ? "none" : Math.min(base.rank, 4);
    const fill = colour("rank-" + rank);
    const edge = colour("edge-" + rank);
    if (base.look === "solid") {
      return { color: edge, weight: 1.2, fillColor: fill, fillOpacity: 0.92 };
    }
    return {
      color: colour("ink-" + rank),
      weight: 2,
      dashArray: base.look === "dashed" ? "3 3" : null,
      fillColor: colour("paper"),
      fillOpacity: 0.85,
    };
  }

  function closeStyle(base) {
    return base.ring ? { ...style(base), color: colour("ring"), weight: 3 } : style(base);
  }

  function tooltip(base) {
    const lines = [element("b", "", base.name)];
    if (base.tip) lines.push(element("span", "", base.tip));
    return element("div", "hg-tip", lines);
  }

  function tags(texts, rank) {
    const made = texts.map((text) => element("span", "", text));
    if (rank !== null && made.length) made[0].className = "hg-tag-rank hg-rank-" + rank;
    return element("p", "hg-tags", made);
  }

  function popup(base, labels) {
    const rows = [];
    base.lines.forEach((text, i) => {
      if (text) rows.push(element("tr", "", [element("th", "", labels[i]), element("td", "", text)]));
    });
    return element("div", "hg-popup", [
      element("h3", "", base.name),
      tags(base.tags, base.rank),
      element("table", "", element("tbody", "", rows)),
    ]);
  }

  function told(layer, base, labels) {
    return layer
      .bindTooltip(() => tooltip(base), { sticky: true, direction: "top", offset: [0, -6] })
      .bindPopup(() => popup(base, labels), { maxWidth: 340, minWidth: 260 });
  }

  /** Symbols from afar and polygons when close, in one order whatever groups are shown. */
  const Bases = L.LayerGroup.extend({
    initialize(data) {
      L.LayerGroup.prototype.initialize.call(this);
      this._data = data;
      this._hidden = new Set();
      this._near = data.bases.map((base) =>
        told(L.polygon(unpack(base.parts, data.steps), closeStyle(base)), base, data.labels)
      );
      this._far = data.bases.map((base) => told(mark(base), base, data.labels));
    },

    onAdd(map) {
      this._map = map;
      map.on("zoomend", this._zoomed, this);
      const scale = herbgis.isSmall(map) ? SMALL_SCALE : 1;
      this._far.forEach((drawn, i) => drawn.setRadius(this._data.bases[i].r * scale));
      this._fill();
    },

    onRemove(map) {
      map.off("zoomend", this._zoomed, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
    },

    /** Show or hide the bases of a group. */
    showGroup(group, shown) {
      this._hidden[shown ? "delete" : "add"](group);
      if (this._map) this._fill();
    },

    _zoomed() {
      if (this._isNear() !== this._filledNear) this._fill();
    },

    _isNear() {
      return this._map.getZoom() >= this._data.closeZoom;
    },

    _fill() {
      const near = (this._filledNear = this._isNear());
      this.clearLayers();
      this._data.bases.forEach((base, i) => {
        const drawn = near && base.parts.length ? this._near[i] : this._far[i];
        if (!this._hidden.has(base.group)) this.addLayer(drawn);
      });
    },
  });

  function mark(base) {
    const ring = base.ring ? colour("ring") : null;
    return new herbgis.Mark(base.at, { ...style(base), radius: base.r, shape: base.shape, ring });
  }

  herbgis.bases = (data) => new Bases(data);

  function ground(shapes, options) {
    return L.polygon(shapes, { pane: "hg-ground", interactive: false, ...options });
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

  /** Counties with a soft glow around them all, and their names under the symbols. */
  const Counties = L.LayerGroup.extend({
    initialize(data) {
      const shapes = data.counties.map((county) => unpack(county.parts, data.steps));
      const glow = { fill: false, color: colour("glow"), weight: 9, opacity: 0.5 };
      const land = { color: colour("border"), weight: 1.2, fillColor: colour("land"), fillOpacity: 1 };
      L.LayerGroup.prototype.initialize.call(this, [
        ...shapes.map((shape) => ground(shape, glow)),
        ...shapes.map((shape) => ground(shape, land)),
        ...data.counties.filter((county) => county.label).map(countyLabel),
      ]);
    },

    onAdd(map) {
      // On a small map the symbols leave no room between them: there the names lie above.
      const small = herbgis.isSmall(map);
      map.getContainer().classList.toggle("hg-small", small);
      for (const [name, order] of [["hg-ground", 300], ["hg-labels", small ? 450 : 350]]) {
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
      tags(pin.tags, null),
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
