/* Which base lies under the pointer: asked of a grid, not of a hundred thousand bases. */
(function (herbgis) {
  "use strict";

  /** Cells of the ground's grid are so many steps wide: about two kilometres. */
  const CELL = 2000;
  const TOUCH_PX = 4;
  /** No symbol reaches farther, and a cell of the screen is as wide. */
  const SYMBOL_PX = 40;

  /** Bases by the cell of the ground in which their anchor lies. */
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

  /** The number of a cell of the screen, so many cells away from that of a point. */
  function screenCell(point, across, down) {
    const column = Math.floor(point.x / SYMBOL_PX) + across;
    return 1e6 * column + Math.floor(point.y / SYMBOL_PX) + down;
  }

  herbgis.Bases.include({
    _listen(map, on) {
      const events = { mousemove: this._moved, mouseout: this._left, click: this._clicked };
      map[on ? "on" : "off"](events, this);
      this._first = this._first || ((event) => this._clickedFirst(event));
      // Before a layer that lies over the bases hears of it.
      const way = on ? "addEventListener" : "removeEventListener";
      map.getContainer()[way]("click", this._first, true);
      if (!on) this._left();
    },

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
        this._tooltip = L.tooltip({ direction: "top", offset: [0, -6] });
        this._tooltip.setContent(this.bases.tip(i));
      }
      this._tooltip.setLatLng(event.latlng).addTo(this._map);
    },

    _left() {
      this._tooltip?.remove();
      this._tooltip = null;
      this._over = null;
    },

    /** A click on a base is the base's, whatever polygon of somebody else lies above it; a point is not. */
    _clickedFirst(event) {
      const above = event.target instanceof Element && event.target.closest(".leaflet-overlay-pane");
      const isPoint = this._map._renderer?._hoveredLayer instanceof L.CircleMarker;
      if (!above || isPoint) return;
      const latlng = this._map.mouseEventToLatLng(event);
      if (this._hit(latlng) === null || this._measures()) return;
      event.stopPropagation();
      this._clicked({ latlng });
    },

    _measures() {
      return this._map.getContainer().classList.contains("hg-measuring");
    },

    _clicked(event) {
      const i = this._hit(event.latlng);
      if (i === null || this._measures()) return;
      this._left();
      this.open(i, [], this._isNear() ? event.latlng : null);
    },

    /** How many bases are in view. */
    inView() {
      return this._drawn.todo.length;
    },

    /** How many symbols in view an element of the page hides. */
    hiddenBy(element) {
      const map = this._map.getContainer().getBoundingClientRect();
      const box = element.getBoundingClientRect();
      const pane = L.DomUtil.getPosition(this._map.getPane("mapPane"));
      return this._drawn.todo.filter((i) => {
        const { x, y } = this._point(i, this._drawn);
        const across = map.x + pane.x + x;
        const down = map.y + pane.y + y;
        return across > box.left && across < box.right && down > box.top && down < box.bottom;
      }).length;
    },

    /** The topmost base at a place, or null. */
    _hit(latlng) {
      const near = this._isNear();
      const x = latlng.lng * this.bases.data.steps;
      const y = latlng.lat * this.bases.data.steps;
      const point = this._map.latLngToLayerPoint(latlng);
      let top = null;
      for (const i of near ? this._around(x, y) : this._under(point)) {
        const above = this.bases.shown[i] && (top === null || i > top);
        if (above && this._covers(i, x, y, point, near)) top = i;
      }
      return top;
    },

    /** Bases whose polygons may hold a place. */
    _around(x, y) {
      this._cells = this._cells || grid(this.bases.at, this.bases.count);
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

    _covers(i, x, y, point, near) {
      if (near && this._hasShape(i)) return this._encloses(i, x, y);
      const at = this._map.latLngToLayerPoint(this.bases.latLng(i));
      return at.distanceTo(point) <= this._radius(i) + TOUCH_PX;
    },

    /** Whether a base's polygons hold a place: an odd number of edges lies east of it. */
    _encloses(i, x, y) {
      const { vertices, rings, shapes } = this.bases.outlines();
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
})(window.herbgis);
