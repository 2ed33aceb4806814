/* The shaded relief of a DEM, multiplied with the land and the base maps below it. */
(function (herbgis) {
  "use strict";

  /** From so many dots of the screen for a pixel of the picture for afar, the one for near is shown. */
  const COARSE = 1.25;
  const PANE = "hg-relief";
  /** The lowest pane, in the colour of the map's ground: with that of the map itself, nothing blends. */
  const GROUND = "hg-relief-ground";
  const EMPTY = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

  function pane(map, name, zIndex, mixBlendMode) {
    const made = map.getPane(name) || map.createPane(name);
    Object.assign(made.style, { zIndex, mixBlendMode, pointerEvents: "none" });
  }

  function image(url, bounds, name) {
    return L.imageOverlay(url, bounds, { pane: name, className: name });
  }

  /**
   * The picture for afar always lies there; the one for near, once the browser has unpacked it,
   * lies on it or not. So nothing flickers when the zoom passes from one to the other.
   */
  const Relief = L.LayerGroup.extend({
    initialize({ pictures }) {
      const [afar, near] = pictures;
      this._columns = afar.size[0];
      this._bounds = L.latLngBounds(afar.bounds);
      this._near = near ? image(near.url, near.bounds, PANE) : null;
      // Wider than the picture: where both ended on one line, a printer would leave it white.
      this._ground = image(EMPTY, this._bounds.pad(0.02), GROUND);
      const layers = [this._ground, image(afar.url, afar.bounds, PANE)];
      L.LayerGroup.prototype.initialize.call(this, layers);
    },

    onAdd(map) {
      // A pane blends as one: so the picture for near hides the one for afar, and only then darkens.
      pane(map, GROUND, 150, "normal");
      pane(map, PANE, 320, "multiply");
      L.LayerGroup.prototype.onAdd.call(this, map);
      this._ground.getElement().style.background = herbgis.colour("water");
      map.on("zoomend", this._choose, this);
      this._choose();
    },

    onRemove(map) {
      map.off("zoomend", this._choose, this);
      this._near?.remove();
      L.LayerGroup.prototype.onRemove.call(this, map);
    },

    _choose() {
      if (!this._near) return;
      const left = this._map.project(this._bounds.getNorthWest());
      const right = this._map.project(this._bounds.getNorthEast());
      const dots = (right.x - left.x) * window.devicePixelRatio;
      if (dots > COARSE * this._columns) this._near.addTo(this._map).bringToFront();
      else this._near.remove();
    },
  });

  herbgis.relief = (data) => new Relief(data);
})(window.herbgis);
