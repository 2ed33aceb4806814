/* The bases: one canvas, drawn in batches from flat arrays, asked by a grid. */
(function (herbgis) {
  "use strict";

  const { cell, colour, element } = herbgis;
  const SMALL_SCALE = 0.75;
  /** Milliseconds that one batch of drawing may take before the page gets its turn. */
  const BATCH_MS = 24;
  const BATCH = 256;
  /** Cells of the grid are so many steps wide: about two kilometres. */
  const CELL = 2000;
  const TOUCH_PX = 4;
  /** No symbol reaches farther, and a cell of the screen is as wide. */
  const SYMBOL_PX = 40;
  const BETWEEN = "\n";

  function style(rank, look, ring) {
    const name = rank === null ? "none" : Math.min(rank, 4);
    if (look === "solid") {
      const edge = ring ? colour("ring") : colour("edge-" + name);
      return { fill: colour("rank-" + name), edge, weight: ring ? 3 : 1.2, opacity: 0.92, dash: [] };
    }
    return {
      fill: colour("paper"),
      edge: ring ? colour("ring") : colour("ink-" + name),
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

  /** What a popup or a tooltip says of a base. */
  function tags(texts, rank) {
    const made = texts.map((text) => element("span", "", text));
    if (rank !== null && made.length) made[0].className = "hg-tag-rank hg-rank-" + rank;
    return element("p", "hg-tags", made);
  }

  /** Rows of a grid of cells; each cell lists the bases whose anchor lies in it. */
  function grid(at, count) {
    const cells = new Map();
    for (let i = 0; i < count; i++) {
      const key = Math.floor(at[2 * i] / CELL) + ":" + Math.floor(at[2 * i + 1] / CELL);
      const found = cells.get(key);
      if (found) found.push(i);
      else cells.set(key, [i]);
    }
    return cells;
  }

  const Bases = L.Renderer.extend({
    options: { pane: "hg-bases", padding: 0.2 },

    initialize(block) {
      L.Renderer.prototype.initialize.call(this);
      this._layers = {};
      const { data, outlines } = herbgis.unpacked(block);
      this.data = data;
      this._outlines = outlines;
      this._cells = grid(outlines.at, data.count);
      this._hidden = new Set();
      this._filters = new Map();
      this._shown = new Uint8Array(data.count).fill(1);
      this._styles = new Map();
      this._scale = 1;
      this._project();
    },

    onAdd(map) {
      if (!map.getPane("hg-bases")) {
        const pane = map.createPane("hg-bases");
        pane.style.zIndex = 390;
        pane.style.pointerEvents = "none";
      }
      this._scale = herbgis.isSmall(map) ? SMALL_SCALE : 1;
      map.on({ mousemove: this._moved, mouseout: this._left, click: this._clicked }, this);
      L.Renderer.prototype.onAdd.call(this, map);
    },

    onRemove(map) {
      map.off({ mousemove: this._moved, mouseout: this._left, click: this._clicked }, this);
      this._left();
      L.Renderer.prototype.onRemove.call(this, map);
    },

    /** Show or hide the bases of a group. */
    showGroup(group, shown) {
      this._hidden[shown ? "delete" : "add"](group);
      this._choose();
    },

    /** Show only the bases whose word under a key is this one; null takes the filter off. */
    filter(key, word) {
      if (word === null) this._filters.delete(key);
      else this._filters.set(key, word);
      this._choose();
    },

    /** Bases that are shown, by number. */
    shown() {
      return Array.from(this._shown.keys()).filter((i) => this._shown[i]);
    },

    /** Numbers of at most so many bases whose texts hold a word. */
    search(word, most) {
      const wanted = word.trim().toLowerCase();
      const columns = [this.data.name, ...this.data.searched.map((line) => this.data.lines[line])];
      const found = [];
      for (let i = 0; wanted && i < this.data.count && found.length < most; i++) {
        const told = columns.some((column) => {
          const text = cell(column, i);
          return text && text.toLowerCase().includes(wanted);
        });
        if (told) found.push(i);
      }
      return found;
    },

    name(i) {
      return cell(this.data.name, i);
    },

    line(i, title) {
      const line = this.data.labels.indexOf(title);
      return line < 0 ? null : cell(this.data.lines[line], i);
    },

    latLng(i) {
      const { at } = this._outlines;
      return L.latLng(at[2 * i + 1] / this.data.steps, at[2 * i] / this.data.steps);
    },

    /** Go to a base and open its popup; it is shown whatever filters are set. */
    visit(i) {
      this._map.setView(this.latLng(i), Math.max(this._map.getZoom(), this.data.closeZoom + 1), {
        animate: false,
      });
      this._open(i);
    },

    /** Whether all that is in view has been drawn. */
    isDrawn() {
      return !this._waiting;
    },

    _open(i) {
      L.popup({ maxWidth: 340, minWidth: 260 })
        .setLatLng(this.latLng(i))
        .setContent(this._told(i))
        .openOn(this._map);
    },

    _told(i) {
      const { data } = this;
      const rows = [];
      data.lines.forEach((line, n) => {
        const text = cell(line, i);
        if (text) {
          rows.push(element("tr", "", [element("th", "", data.labels[n]), element("td", "", text)]));
        }
      });
      const texts = cell(data.tags, i).split(BETWEEN).filter(Boolean);
      return element("div", "hg-popup", [
        element("h3", "", this.name(i)),
        tags(texts, cell(data.rank, i)),
        element("table", "", element("tbody", "", rows)),
      ]);
    },

    _tip(i) {
      const { data } = this;
      const lines = [element("b", "", this.name(i))];
      const figure = data.tip === null ? null : cell(data.lines[data.tip], i);
      if (figure) lines.push(element("span", "", data.labels[data.tip] + " " + figure));
      return element("div", "hg-tip", lines);
    },

    _choose() {
      const { data } = this;
      const filters = Array.from(this._filters, ([key, word]) => [data.keys[key], word]);
      for (let i = 0; i < data.count; i++) {
        const seen = filters.every(([column, word]) => cell(column, i) === word);
        this._shown[i] = seen && !this._hidden.has(cell(data.group, i)) ? 1 : 0;
      }
      if (this._map) this._draw();
    },

    /** Anchors on the world of Web Mercator, from 0 to 1. */
    _project() {
      const { at } = this._outlines;
      const { count, steps } = this.data;
      this._world = new Float64Array(2 * count);
      this._reach = 0;
      for (let i = 0; i < count; i++) {
        this._world[2 * i] = east(at[2 * i] / steps);
        this._world[2 * i + 1] = south(at[2 * i + 1] / steps);
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
      const fine = L.Browser.retina ? 2 : 1;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      Object.assign(this._container, { width: fine * size.x, height: fine * size.y });
      Object.assign(this._container.style, { width: size.x + "px", height: size.y + "px" });
      this._ctx.scale(fine, fine);
      this._ctx.translate(-this._bounds.min.x, -this._bounds.min.y);
      this._draw();
    },

    _isNear() {
      return this._map.getZoom() >= this.data.closeZoom;
    },

    /** Draw what is in view, largest first, in batches; a new view drops the rest of the old. */
    _draw() {
      cancelAnimationFrame(this._waiting);
      const size = this._bounds.getSize();
      this._ctx.clearRect(this._bounds.min.x, this._bounds.min.y, size.x, size.y);
      const origin = this._map.getPixelOrigin();
      const view = {
        world: 256 * 2 ** this._map.getZoom(),
        origin,
        near: this._isNear(),
        todo: this._inView(),
        at: 0,
      };
      this._drawn = view;
      this._batch(view);
    },

    _batch(view) {
      const until = performance.now() + BATCH_MS;
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
      const { data, _outlines: outlines, _bounds: box } = this;
      const margin = this._margin();
      const corners = [box.min, box.max].map((point) => this._map.layerPointToLatLng(point));
      const [west, right] = corners.map((corner) => corner.lng * data.steps);
      const [top, low] = corners.map((corner) => corner.lat * data.steps);
      const found = [];
      for (let i = 0; i < data.count; i++) {
        const lon = outlines.at[2 * i];
        const lat = outlines.at[2 * i + 1];
        const across = lon >= west - margin && lon <= right + margin;
        if (this._shown[i] && across && lat >= low - margin && lat <= top + margin) found.push(i);
      }
      return found;
    },

    /** Steps that the largest base reaches from its anchor. */
    _margin() {
      if (!this._reach) {
        const { at, vertices, rings, shapes } = this._outlines;
        for (let i = 0; i < this.data.count; i++) {
          for (let v = rings[shapes[i]]; v < rings[shapes[i + 1]]; v++) {
            const away = Math.max(
              Math.abs(vertices[2 * v] - at[2 * i]),
              Math.abs(vertices[2 * v + 1] - at[2 * i + 1])
            );
            if (away > this._reach) this._reach = away;
          }
        }
        this._reach += 1;
      }
      return this._reach;
    },

    _look(i, near) {
      const rank = cell(this.data.rank, i);
      const look = cell(this.data.look, i);
      const ring = near && cell(this.data.ring, i);
      const key = rank + look + ring;
      if (!this._styles.has(key)) this._styles.set(key, style(rank, look, ring));
      return this._styles.get(key);
    },

    _drawOne(i, view) {
      const { shapes } = this._outlines;
      const ctx = this._ctx;
      ctx.beginPath();
      if (view.near && shapes[i] < shapes[i + 1]) {
        this._trace(i, view);
        paint(ctx, this._look(i, true));
        return;
      }
      const point = this._point(i, view);
      const radius = this._radius(i);
      herbgis.outlines[cell(this.data.shape, i)](ctx, point, radius);
      paint(ctx, this._look(i, false));
      if (cell(this.data.ring, i)) {
        ctx.beginPath();
        ctx.arc(point.x, point.y, radius + 3, 0, 2 * Math.PI);
        ctx.lineWidth = 1.5;
        ctx.strokeStyle = colour("ring");
        ctx.setLineDash([]);
        ctx.stroke();
      }
    },

    /** Where a symbol stands on the map's layers. */
    _point(i, view) {
      return {
        x: this._world[2 * i] * view.world - view.origin.x,
        y: this._world[2 * i + 1] * view.world - view.origin.y,
      };
    },

    _radius(i) {
      return this.data.radius[i] * this._scale;
    },

    _trace(i, view) {
      const { vertices, rings, shapes } = this._outlines;
      const { steps } = this.data;
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

    // What is under the pointer

    _moved(event) {
      const i = this._hit(event.latlng);
      this._map.getContainer().classList.toggle("hg-pointing", i !== null);
      if (i === null) {
        this._left();
        return;
      }
      if (i !== this._over) {
        this._left();
        this._over = i;
        this._tooltip = L.tooltip({ direction: "top", offset: [0, -6] }).setContent(this._tip(i));
      }
      this._tooltip.setLatLng(event.latlng).addTo(this._map);
    },

    _left() {
      this._tooltip?.remove();
      this._tooltip = null;
      this._over = null;
    },

    _clicked(event) {
      const i = this._hit(event.latlng);
      if (i === null) return;
      this._left();
      this._open(i);
    },

    /** The topmost base at a place, or null. */
    _hit(latlng) {
      const near = this._isNear();
      const x = latlng.lng * this.data.steps;
      const y = latlng.lat * this.data.steps;
      const point = this._map.latLngToLayerPoint(latlng);
      let top = null;
      for (const i of near ? this._around(x, y) : this._under(point)) {
        if (this._shown[i] && (top === null || i > top) && this._covers(i, x, y, point, near)) top = i;
      }
      return top;
    },

    /** Bases whose polygons may hold a place. */
    _around(x, y) {
      const reach = Math.max(this._margin(), SYMBOL_PX * this._stepsInPixel());
      const found = [];
      for (let column = Math.floor((x - reach) / CELL); column <= (x + reach) / CELL; column++) {
        for (let row = Math.floor((y - reach) / CELL); row <= (y + reach) / CELL; row++) {
          found.push(...(this._cells.get(column + ":" + row) || []));
        }
      }
      return found;
    },

    /** Bases whose symbols may lie under a point; what is in view is sorted when first asked. */
    _under(point) {
      const view = this._drawn;
      if (!view.cells) {
        view.cells = new Map();
        for (const i of view.todo) {
          const key = screenCell(this._point(i, view), 0, 0);
          if (!view.cells.has(key)) view.cells.set(key, []);
          view.cells.get(key).push(i);
        }
      }
      const steps = [-1, 0, 1];
      return steps.flatMap((across) =>
        steps.flatMap((down) => view.cells.get(screenCell(point, across, down)) || [])
      );
    },

    _stepsInPixel() {
      return (360 * this.data.steps) / (256 * 2 ** this._map.getZoom());
    },

    _covers(i, x, y, point, near) {
      const { shapes } = this._outlines;
      if (near && shapes[i] < shapes[i + 1]) return this._encloses(i, x, y);
      const at = this._map.latLngToLayerPoint(this.latLng(i));
      return at.distanceTo(point) <= this._radius(i) + TOUCH_PX;
    },

    /** Whether a base's polygons hold a place: an odd number of edges lies east of it. */
    _encloses(i, x, y) {
      const { vertices, rings, shapes } = this._outlines;
      let inside = false;
      for (let ring = shapes[i]; ring < shapes[i + 1]; ring++) {
        const end = rings[ring + 1];
        for (let v = rings[ring], before = end - 1; v < end; before = v++) {
          const y1 = vertices[2 * v + 1];
          const y2 = vertices[2 * before + 1];
          if (y1 > y === y2 > y) continue;
          const x1 = vertices[2 * v];
          const x2 = vertices[2 * before];
          if (x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
        }
      }
      return inside;
    },
  });

  /** The number of a cell of the screen, so many cells away from that of a point. */
  function screenCell(point, across, down) {
    const column = Math.floor(point.x / SYMBOL_PX) + across;
    return 1e6 * column + Math.floor(point.y / SYMBOL_PX) + down;
  }

  function east(lon) {
    return lon / 360 + 0.5;
  }

  function south(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  herbgis.tags = tags;
  herbgis.bases = (block) => new Bases(block);
})(window.herbgis);
