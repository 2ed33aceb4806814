/* The bases on one canvas, drawn in batches from flat arrays. */
(function (herbgis) {
  "use strict";

  const { colour, element } = herbgis;
  const SMALL_SCALE = 0.75;
  /** Milliseconds that one batch of drawing may take before the page gets its turn. */
  const BATCH_MS = 40;
  const BATCH = 256;
  const MOST_RANKS = 4;
  /** Symbols may cover so much of a view; they shrink in so many steps, and never below a dot. */
  const SHARE = 0.5;
  const ROOMS = 10;
  const LEAST_PX = 1.5;
  /** Edges of symbols smaller than this are thinner. */
  const USUAL_PX = 4;
  /** No symbol reaches farther from its place. */
  const SYMBOL_PX = 40;

  /** How a symbol or polygon is painted: `name` tells its colours in the style sheet. */
  function style(name, look, ring) {
    if (look === "solid") {
      const edge = colour(ring ? "ring" : "edge-" + name) || colour("paper");
      return { fill: colour(name), edge, weight: ring ? 3 : 1.2, opacity: 0.92, dash: [] };
    }
    return {
      fill: colour("paper"),
      edge: colour(ring ? "ring" : "ink-" + name) || colour(name),
      weight: ring ? 3 : 2,
      opacity: 0.85,
      dash: look === "dashed" ? [3, 3] : [],
    };
  }

  /** Paints the path that stands on a canvas. */
  function paint(ctx, look) {
    ctx.globalAlpha = look.opacity;
    ctx.fillStyle = look.fill;
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
    ctx.lineWidth = look.weight;
    ctx.strokeStyle = look.edge;
    ctx.setLineDash(look.dash);
    ctx.stroke();
  }

  /** A symbol on a canvas of its own, with the ring around a base that is to be surveyed again. */
  function stamp(radius, shape, ring, look, fine) {
    const thin = Math.min(radius / USUAL_PX, 1);
    const half = Math.ceil(1.4 * radius + (ring ? 4.5 : 2));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * half * fine;
    const ctx = canvas.getContext("2d");
    ctx.scale(fine, fine);
    ctx.beginPath();
    herbgis.outlines[shape](ctx, { x: half, y: half }, radius);
    paint(ctx, { ...look, weight: look.weight * thin });
    if (ring) {
      ctx.beginPath();
      ctx.arc(half, half, radius + 3, 0, 2 * Math.PI);
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = colour("ring");
      ctx.setLineDash([]);
      ctx.stroke();
    }
    return { canvas, half };
  }

  function east(lon) {
    return lon / 360 + 0.5;
  }

  function south(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  herbgis.Bases = L.Renderer.extend({
    options: { pane: "hg-bases", padding: 0.2 },

    initialize(bases) {
      L.Renderer.prototype.initialize.call(this);
      this._layers = {};
      this.bases = bases;
      this._styles = new Map();
      this._stamps = new Map();
      this._stampOf = [];
      this._colours = bases.data.own ? "own" : "rank";
      this._scale = 1;
      this._room = 1;
      this._fine = L.Browser.retina ? 2 : 1;
      this._project();
    },

    onAdd(map) {
      if (!map.getPane("hg-bases")) {
        const pane = map.createPane("hg-bases");
        pane.style.zIndex = 390;
        pane.style.pointerEvents = "none";
      }
      this._scale = herbgis.isSmall(map) ? SMALL_SCALE : 1;
      this._stampOf = [];
      this._listen(map, true);
      L.Renderer.prototype.onAdd.call(this, map);
    },

    onRemove(map) {
      this._listen(map, false);
      L.Renderer.prototype.onRemove.call(this, map);
    },

    /** Show or hide the bases of a group. */
    showGroup(group, shown) {
      this.bases.hidden[shown ? "delete" : "add"](group);
      this.refresh();
    },

    /** Draw anew after a filter was set; what is then not drawn says nothing. */
    refresh() {
      this.bases.choose();
      if (this._map) this._draw();
      if (this._popup?.isOpen() && !this.bases.shown[this._popup.base]) this._popup.close();
      this.fire("chosen");
    },

    /** Colour by tier ("rank"), by variety ("hue") or by the column that was asked for ("own"). */
    colourBy(what) {
      this._colours = what;
      this._stampOf = [];
      if (this._map) this._draw();
    },

    /** Go to a base and open its popup; where filters hide the base, the popup says so. */
    visit(i, facts) {
      const zoom = Math.max(this._map.getZoom(), this.bases.data.closeZoom + 1);
      this._map.setView(this.bases.latLng(i), zoom, { animate: false });
      this.open(i, facts);
    },

    /** Open a base's popup at a place, by default where its symbol stands. */
    open(i, facts, place) {
      const made = this.bases.popup(i, facts);
      if (!this.bases.shown[i]) made.prepend(element("p", "hg-hint", this.words.filtered_out));
      this._popup = L.popup({ maxWidth: 340, minWidth: 260 })
        .setLatLng(place || this.bases.latLng(i))
        .setContent(made)
        .openOn(this._map);
      this._popup.base = i;
    },

    /** Whether all that is in view has been drawn. */
    isDrawn() {
      return !this._waiting;
    },

    /** Draw everything at once, with so many dots a pixel; for paper and pictures. */
    drawAtOnce(fine) {
      this._fine = fine || (L.Browser.retina ? 2 : 1);
      this._stampOf = [];
      this._atOnce = true;
      if (this._map) this._update();
      this._atOnce = false;
    },

    /** Anchors on the world of Web Mercator, from 0 to 1. */
    _project() {
      const { at, data } = this.bases;
      const { steps } = data;
      this._world = new Float64Array(at.length);
      for (let i = 0; i < at.length; i += 2) {
        this._world[i] = east(at[i] / steps);
        this._world[i + 1] = south(at[i + 1] / steps);
      }
    },

    // What L.Renderer asks of its kind

    _initContainer() {
      this._container = L.DomUtil.create("canvas", "hg-canvas");
      this._ctx = this._container.getContext("2d");
    },

    _destroyContainer() {
      cancelAnimationFrame(this._waiting);
      this._waiting = 0;
      L.DomUtil.remove(this._container);
      delete this._ctx;
      delete this._container;
    },

    _updatePaths() {},

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      L.DomUtil.setPosition(this._container, this._bounds.min);
      Object.assign(this._container, { width: this._fine * size.x, height: this._fine * size.y });
      Object.assign(this._container.style, { width: size.x + "px", height: size.y + "px" });
      this._ctx.scale(this._fine, this._fine);
      this._ctx.translate(-this._bounds.min.x, -this._bounds.min.y);
      this._draw();
    },

    _isNear() {
      return this._map.getZoom() >= this.bases.data.closeZoom;
    },

    /** Draw what is in view, largest first, in batches; a new view drops the rest of the old. */
    _draw() {
      cancelAnimationFrame(this._waiting);
      const size = this._bounds.getSize();
      this._ctx.clearRect(this._bounds.min.x, this._bounds.min.y, size.x, size.y);
      this._drawn = {
        world: 256 * 2 ** this._map.getZoom(),
        origin: this._map.getPixelOrigin(),
        near: this._isNear(),
        todo: this._inView(),
        at: 0,
      };
      this._makeRoom(this._drawn.todo);
      this._batch(this._drawn);
    },

    _batch(view) {
      const until = this._atOnce ? Infinity : performance.now() + BATCH_MS;
      while (view.at < view.todo.length && performance.now() < until) {
        const end = Math.min(view.at + BATCH, view.todo.length);
        for (; view.at < end; view.at++) this._drawOne(view.todo[view.at], view);
      }
      this._waiting =
        view.at < view.todo.length ? requestAnimationFrame(() => this._batch(view)) : 0;
      if (!this._waiting) this.fire("drawn");
    },

    /** Numbers of the bases that are shown and may reach into the view, in order of drawing. */
    _inView() {
      const { bases, _bounds: box } = this;
      const { at } = bases;
      const margin = this._isNear() ? this._margin() : SYMBOL_PX * this._stepsInPixel();
      const corners = [box.min, box.max].map((point) => this._map.layerPointToLatLng(point));
      const [west, right] = corners.map((corner) => corner.lng * bases.data.steps);
      const [top, low] = corners.map((corner) => corner.lat * bases.data.steps);
      const found = [];
      for (let i = 0; i < bases.count; i++) {
        const lon = at[2 * i];
        const lat = at[2 * i + 1];
        const across = lon >= west - margin && lon <= right + margin;
        if (bases.shown[i] && across && lat >= low - margin && lat <= top + margin) found.push(i);
      }
      return found;
    },

    /** Steps that the largest base reaches from its anchor. */
    _margin() {
      if (!this._reach) {
        const { at } = this.bases;
        const { vertices, rings, shapes } = this.bases.outlines();
        this._reach = 1;
        for (let i = 0; i < this.bases.count; i++) {
          for (let v = rings[shapes[i]]; v < rings[shapes[i + 1]]; v++) {
            const lon = Math.abs(vertices[2 * v] - at[2 * i]);
            const lat = Math.abs(vertices[2 * v + 1] - at[2 * i + 1]);
            this._reach = Math.max(this._reach, lon, lat);
          }
        }
      }
      return this._reach;
    },

    _look(i, near) {
      const number = this.bases.get(this._colours, i);
      const name = this._scaleOf() + "-" + (number === null ? "none" : Math.min(number, this._most()));
      const look = this.bases.get("look", i);
      const ring = near && this.bases.get("ring", i);
      const key = name + look + ring;
      if (!this._styles.has(key)) this._styles.set(key, { ...style(name, look, ring), name: key });
      return this._styles.get(key);
    },

    /** The colours of the style sheet that stand for the numbers. */
    _scaleOf() {
      return this._colours === "own" ? this.bases.data.scale : this._colours;
    },

    _most() {
      return this._colours === "rank" ? MOST_RANKS : Infinity;
    },

    /** Where symbols would fill more than their share of the view, all shrink alike. */
    _makeRoom(numbers) {
      const size = this._map.getSize();
      const areas = numbers.reduce((sum, i) => sum + this.bases.get("radius", i) ** 2, 0);
      const share = (SHARE * size.x * size.y) / (Math.PI * areas * this._scale ** 2 || 1);
      const room = Math.max(Math.round(ROOMS * Math.min(Math.sqrt(share), 1)), 1) / ROOMS;
      if (room !== this._room) this._stampOf = [];
      this._room = room;
    },

    _stepsInPixel() {
      return (360 * this.bases.data.steps) / (256 * 2 ** this._map.getZoom());
    },

    _drawOne(i, view) {
      const ctx = this._ctx;
      if (view.near && this._hasShape(i)) {
        ctx.beginPath();
        this._trace(i, view);
        paint(ctx, this._look(i, true));
        return;
      }
      const { canvas, half } = this._stamp(i);
      const point = this._point(i, view);
      const side = canvas.width / this._fine;
      ctx.drawImage(canvas, this._whole(point.x - half), this._whole(point.y - half), side, side);
    },

    /** A length in whole dots: a symbol between dots would blur. */
    _whole(pixels) {
      return Math.round(pixels * this._fine) / this._fine;
    },

    _hasShape(i) {
      const { shapes } = this.bases.outlines();
      return shapes[i] < shapes[i + 1];
    },

    /** The picture of a base's symbol: symbols that look alike are painted once. */
    _stamp(i) {
      return this._stampOf[i] || (this._stampOf[i] = this._painted(i));
    },

    _painted(i) {
      const radius = Math.round(2 * this._radius(i)) / 2;
      const shape = this.bases.get("shape", i);
      const ring = this.bases.get("ring", i);
      const look = this._look(i, false);
      const key = [radius, shape, ring, look.name, this._fine].join();
      if (!this._stamps.has(key)) this._stamps.set(key, stamp(radius, shape, ring, look, this._fine));
      return this._stamps.get(key);
    },

    /** Where a symbol stands on the map's layers. */
    _point(i, view) {
      return {
        x: this._world[2 * i] * view.world - view.origin.x,
        y: this._world[2 * i + 1] * view.world - view.origin.y,
      };
    },

    _radius(i) {
      return Math.max(this.bases.get("radius", i) * this._scale * this._room, LEAST_PX);
    },

    _trace(i, view) {
      const { vertices, rings, shapes } = this.bases.outlines();
      const { steps } = this.bases.data;
      for (let ring = shapes[i]; ring < shapes[i + 1]; ring++) {
        for (let v = rings[ring]; v < rings[ring + 1]; v++) {
          const x = east(vertices[2 * v] / steps) * view.world - view.origin.x;
          const y = south(vertices[2 * v + 1] / steps) * view.world - view.origin.y;
          if (v === rings[ring]) this._ctx.moveTo(x, y);
          else this._ctx.lineTo(x, y);
        }
        this._ctx.closePath();
      }
    },
  });

  herbgis.bases = (block) => new herbgis.Bases(new herbgis.BaseData(block));
})(window.herbgis);
