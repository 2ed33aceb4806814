/* What stands around the map: legend, layers, tools, north arrow, scale; each joined to the map. */
(function (herbgis) {
  "use strict";

  /** An open box may hide so much of the bases: none of few. */
  const MOST_HIDDEN = 0.005;

  function control(id, position, map) {
    const box = document.getElementById(id).content.firstElementChild.cloneNode(true);
    const made = new (L.Control.extend({ onAdd: () => box }))({ position });
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    made.addTo(map);
    if (box.matches("details") && herbgis.isSmall(map)) box.open = false;
    return made;
  }

  function toggle(map, item, shown) {
    if (item.group !== null) {
      item.layer.showGroup(item.group, shown);
    } else if (shown) {
      map.addLayer(item.layer);
    } else {
      map.removeLayer(item.layer);
    }
  }

  /** The layer switch: overlays are ticked, of base maps there is one at a time. */
  function layers(map, box, items) {
    const inputs = Array.from(box.querySelectorAll("input"));
    const refresh = () => inputs.forEach((input, i) => toggle(map, items[i], input.checked));
    inputs.forEach((input, i) => {
      input.addEventListener("change", () => {
        if (input.type === "radio") refresh();
        else toggle(map, items[i], input.checked);
      });
    });
  }

  /**
   * Put the legend into the lower corner where it hides fewer bases, the layers to the other side;
   * a box that hides too many even so is closed.
   */
  function settle(legend, switches, bases) {
    const box = legend.getContainer();
    const left = bases.hiddenBy(box);
    legend.setPosition("bottomright");
    const right = bases.hiddenBy(box);
    if (right < left) switches.setPosition("topleft");
    else legend.setPosition("bottomleft");
    for (const each of [box, switches.getContainer()]) {
      if (bases.hiddenBy(each) > MOST_HIDDEN * bases.inView()) each.open = false;
    }
  }

  /** The legend's choice of colours: by tier or by variety. */
  function colours(box, bases) {
    for (const input of box.querySelectorAll("input")) {
      input.addEventListener("change", () => {
        bases.colourBy(input.value);
        box.querySelectorAll("[data-colours]").forEach((list) => {
          list.hidden = list.dataset.colours !== input.value;
        });
      });
    }
  }

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  async function savePicture(paper, say, words) {
    try {
      const { blob, left } = await paper.picture();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = document.title.replace(/[\\/:*?"<>|\s]+/g, "_") + ".png";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say(left ? words.without_tiles : "");
    } catch {
      say(words.no_picture);
    }
  }

  /** The bar of tools on the map. */
  function tools(map, box, paper, words) {
    const find = (name) => box.querySelector(`[data-tool=${name}]`);
    const notice = box.querySelector(".hg-notice");
    const say = (text) => {
      notice.textContent = text;
      notice.hidden = !text;
    };
    find("whole").addEventListener("click", () => paper.fit(paper.extent));
    find("full").hidden = !document.fullscreenEnabled;
    find("full").addEventListener("click", fullScreen);
    find("picture").addEventListener("click", () => savePicture(paper, say, words));
    find("print").addEventListener("click", () => window.print());
    herbgis.measuring(map, find("measure"), box.querySelector(".hg-hint"), words);
  }

  /**
   * Set up the frame. `items` are the layers in the order of the layer switch, `bases` the layer of
   * the bases, `extent` what the page looks at, `words` the texts of the tools.
   */
  herbgis.frame = function (map, { items, bases, extent, words }) {
    map.attributionControl?.setPrefix(false);
    control("hg-north", "topright", map);
    const switches = control("hg-switches", "topright", map);
    layers(map, switches.getContainer(), items);
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    const legend = control("hg-legend", "bottomleft", map);
    const bar = document.querySelector(".hg-tools");
    tools(map, bar, herbgis.paper(map, bases, extent), words);
    if (!bases) return;
    bases.words = words;
    settle(legend, switches, bases);
    colours(legend.getContainer(), bases);
    herbgis.search(bar.querySelector(".hg-search"), bases, words);
    herbgis.lists(bases);
    const chip = document.querySelector(".hg-chip");
    herbgis.filters(bases, chip, bar.querySelector(".hg-year"), words);
    for (const item of items) item.layer.join?.(bases);
  };
})(window.herbgis);
