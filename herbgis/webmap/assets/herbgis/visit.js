/* A site visit: the chosen bases in their order, each with its facts; and the names of townships. */
(function (herbgis) {
  "use strict";

  const { element, colour } = herbgis;
  /** Zoom from which townships are named. */
  const TOWNSHIP_ZOOM = 10.5;

  const Visit = L.LayerGroup.extend({
    initialize(data) {
      this.stops = data.stops;
      L.LayerGroup.prototype.initialize.call(this);
    },

    /** The stops stand where the layer of the bases has them. */
    join(bases) {
      const places = this.stops.map((stop) => bases.bases.latLng(stop.base));
      const way = { color: colour("visit"), weight: 2.5, dashArray: "2 6", interactive: false };
      this.addLayer(L.polyline(places, way));
      this.stops.forEach((stop, n) => this.addLayer(this._stop(stop, n, places[n], bases)));
    },

    _stop(stop, n, place, bases) {
      const name = bases.bases.get("name", stop.base);
      const icon = L.divIcon({
        className: "hg-stop",
        html: element("span", "", n + 1),
        iconSize: [28, 28],
      });
      const marker = L.marker(place, { icon, alt: n + 1 + " " + name, title: name });
      const open = () => bases.open(stop.base, stop.facts);
      return marker.on("click", open).on("keypress", (event) => {
        if (event.originalEvent.key === "Enter") open();
      });
    },
  });

  const Townships = L.LayerGroup.extend({
    initialize(data) {
      L.LayerGroup.prototype.initialize.call(this, data.townships.map(townshipLabel));
    },

    onAdd(map) {
      if (!map.getPane("hg-townships")) {
        map.createPane("hg-townships").style.zIndex = 345;
        map.getPane("hg-townships").style.pointerEvents = "none";
      }
      map.on("zoomend", this._choose, this);
      L.LayerGroup.prototype.onAdd.call(this, map);
      this._choose();
    },

    onRemove(map) {
      map.off("zoomend", this._choose, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
    },

    _choose() {
      const shown = this._map.getZoom() >= TOWNSHIP_ZOOM;
      this._map.getPane("hg-townships").style.display = shown ? "" : "none";
    },
  });

  function townshipLabel(township) {
    const html = element("span", "", township.name);
    const icon = L.divIcon({ className: "hg-township", html, iconSize: [0, 0] });
    const options = { icon, pane: "hg-townships", interactive: false, keyboard: false };
    return L.marker(township.at, options);
  }

  herbgis.visit = (data) => new Visit(data);
  herbgis.townships = (data) => new Townships(data);
})(window.herbgis);
