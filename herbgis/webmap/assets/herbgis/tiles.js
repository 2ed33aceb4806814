/* Base maps from the network. Tiles on GCJ-02 are moved and bent one by one to where they belong. */
(function (herbgis) {
  "use strict";

  /** The ellipsoid that GCJ-02's published formula computes with (Krasovsky 1940). */
  const MAJOR = 6378245.0;
  const E2 = 0.006693421622965943;
  /** Outside these degrees nothing is shifted: west, south, east, north. */
  const CHINA = [72.004, 0.8293, 137.8347, 55.8271];
  /** Pixels by which a view's edges may bulge between its corners once they are shifted. */
  const BULGE = 8;

  /** Pixels of the screen by which a tile laps over each neighbour, so that no edge between them shows. */
  const LAP = 0.5;

  const degrees = (radians) => (radians * 180) / Math.PI;
  const sine = (turns) => Math.sin(turns * Math.PI);

  function waves(x, along, slow, slower) {
    const quick = 20 * sine(6 * x) + 20 * sine(2 * x);
    const middle = 20 * sine(along) + 40 * sine(along / 3);
    const long = slow * sine(along / 12) + slower * sine(along / 30);
    return ((quick + middle + long) * 2) / 3;
  }

  /** Degrees [east, north] that GCJ-02 adds to a true position: gcj02_offset of herbgis.geodesy. */
  function offset(lon, lat) {
    const x = lon - 105;
    const y = lat - 35;
    const root = Math.sqrt(Math.abs(x));
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves(x, x, 150, 300);
    const north =
      -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves(x, y, 160, 320);
    const radians = (lat * Math.PI) / 180;
    const magic = 1 - E2 * Math.sin(radians) ** 2;
    const meridian = (MAJOR * (1 - E2)) / (magic * Math.sqrt(magic));
    const parallel = (MAJOR / Math.sqrt(magic)) * Math.cos(radians);
    return [degrees(east / parallel), degrees(north / meridian)];
  }

  function inChina(lon, lat) {
    return lon > CHINA[0] && lon < CHINA[2] && lat > CHINA[1] && lat < CHINA[3];
  }

  /** Where a true position stands in GCJ-02, on whichever copy of the world it lies. */
  function toGcj02({ lat, lng }) {
    const lon = L.Util.wrapNum(lng, [-180, 180], true);
    if (!inChina(lon, lat)) return L.latLng(lat, lng);
    const [east, north] = offset(lon, lat);
    return L.latLng(lat + north, lng + east);
  }

  /** The true position of a GCJ-02 one, by fixed-point iteration to below 1e-10 degree. */
  function fromGcj02({ lat, lng }) {
    const lon = L.Util.wrapNum(lng, [-180, 180], true);
    if (!inChina(lon, lat)) return L.latLng(lat, lng);
    let east = 0;
    let north = 0;
    for (let i = 0; i < 8; i++) [east, north] = offset(lon - east, lat - north);
    return L.latLng(lat - north, lng - east);
  }

  /**
   * Tiles on GCJ-02. Leaflet chooses and loads them by their own grid; each is then drawn as the
   * parallelogram of its corners' true places. Upright rectangles would not do: the shift shears a
   * tile by up to a pixel, so they would gape here and overlap there.
   */
  const ShiftedTiles = L.TileLayer.extend({
    initialize(url, options) {
      L.TileLayer.prototype.initialize.call(this, url, options);
      this.on("tileloadstart", ({ tile, coords }) => this._shift(tile, coords));
    },

    getEvents() {
      return { ...L.TileLayer.prototype.getEvents.call(this), zoomend: this._shiftAll };
    },

    /** Lap the tiles that are there by what is right for the new zoom. */
    _shiftAll() {
      for (const { el, coords } of Object.values(this._tiles)) this._shift(el, coords);
    },

    /** The view in pixels of the tiles' own grid: its corners shifted, and what bulges beyond. */
    _getTiledPixelBounds(center) {
      const map = this._map;
      const zoom = this._tileZoom;
      const view = L.TileLayer.prototype._getTiledPixelBounds.call(this, center);
      const corners = [view.min, view.max, view.getTopRight(), view.getBottomLeft()];
      const moved = L.bounds(
        corners.map((corner) => map.project(toGcj02(map.unproject(corner, zoom)), zoom))
      );
      return L.bounds(moved.min.subtract([BULGE, BULGE]), moved.max.add([BULGE, BULGE]));
    },

    _shift(tile, coords) {
      const size = this.getTileSize();
      const corner = this._place(coords, 0, 0);
      const right = this._place(coords, 1, 0).subtract(corner).unscaleBy(size);
      const down = this._place(coords, 0, 1).subtract(corner).unscaleBy(size);
      const lap = LAP / this._map.getZoomScale(this._map.getZoom(), coords.z);
      const larger = 1 + (2 * lap) / size.x;
      const matrix = [right.x, right.y, down.x, down.y].map((step) => larger * step);
      Object.assign(tile.style, {
        mixBlendMode: "normal", // Leaflet's own adds up the light of tiles that overlap
        transformOrigin: "0 0",
        transform: "matrix(" + [...matrix, corner.x - lap, corner.y - lap].join(",") + ")",
      });
    },

    /** Where the north-west corner of a tile, or of one beside it, truly lies on their level. */
    _place(coords, across, down) {
      const corner = L.point(coords.x + across, coords.y + down).scaleBy(this.getTileSize());
      const place = fromGcj02(this._map.unproject(corner, coords.z));
      return this._map.project(place, coords.z).subtract(this._levels[coords.z].origin);
    },

    /** As Leaflet's, but not rounded: tiles that are bent do not gain from whole pixels. */
    _setZoomTransform(level, center, zoom) {
      const scale = this._map.getZoomScale(zoom, level.zoom);
      const origin = this._map._getNewPixelOrigin(center, zoom);
      L.DomUtil.setTransform(level.el, level.origin.multiplyBy(scale).subtract(origin), scale);
    },
  });

  /** While a base map is shown, the counties above it are borders alone (map.css). */
  function tell({ target }) {
    let shown = false;
    target._map.eachLayer((layer) => (shown = shown || layer instanceof L.TileLayer));
    target._map.getContainer().classList.toggle("hg-online", shown);
  }

  /** A base map: the ground, and its names above it. */
  herbgis.tiles = function (data) {
    const Tiles = data.gcj02 ? ShiftedTiles : L.TileLayer;
    const layers = data.urls.map((url, i) => new Tiles(url, { ...data.options, zIndex: i + 1 }));
    return L.layerGroup(layers).on("add remove", tell);
  };

  Object.assign(herbgis, { toGcj02, fromGcj02 });
})(window.herbgis);
