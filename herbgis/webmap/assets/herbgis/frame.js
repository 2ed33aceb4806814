/* What stands around the map: legend, layer switch, north arrow, scale. */
(function (herbgis) {
  "use strict";

  function control(id, position, map) {
    const box = document.getElementById(id).content.firstElementChild.cloneNode(true);
    const made = new (L.Control.extend({ onAdd: () => box }))({ position });
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    made.addTo(map);
    if (box.matches("details") && herbgis.isSmall(map)) box.open = false;
    return box;
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

  /** Set up the frame; `items` are the layers, in the order of the layer switch. */
  herbgis.frame = function (map, items) {
    map.attributionControl?.setPrefix(false);
    control("hg-north", "topright", map);
    const boxes = control("hg-switches", "topright", map).querySelectorAll("input");
    boxes.forEach((box, i) => {
      box.addEventListener("change", () => toggle(map, items[i], box.checked));
    });
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    control("hg-legend", "bottomleft", map);
  };
})(window.herbgis);
