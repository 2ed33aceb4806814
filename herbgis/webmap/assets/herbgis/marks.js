/* Symbols on Leaflet's canvas: circle, square, triangle, diamond and pin, with an outer ring if wanted. */
(function (herbgis) {
  "use strict";

  const TURN = 2 * Math.PI;

  const outlines = {
    circle(ctx, p, r) {
      ctx.arc(p.x, p.y, r, 0, TURN);
    },
    square(ctx, p, r) {
      const half = r * 0.89; // the circle's area
      ctx.rect(p.x - half, p.y - half, 2 * half, 2 * half);
    },
    triangle(ctx, p, r) {
      const reach = r * 1.4;
      ctx.moveTo(p.x, p.y - reach);
      ctx.lineTo(p.x + reach * 0.92, p.y + reach * 0.66);
      ctx.lineTo(p.x - reach * 0.92, p.y + reach * 0.66);
      ctx.closePath();
    },
    diamond(ctx, p, r) {
      const reach = r * 1.25;
      ctx.moveTo(p.x, p.y - reach);
      ctx.lineTo(p.x + reach, p.y);
      ctx.lineTo(p.x, p.y + reach);
      ctx.lineTo(p.x - reach, p.y);
      ctx.closePath();
    },
    pin(ctx, p, r) {
      const top = p.y - 2 * r;
      ctx.moveTo(p.x, p.y);
      ctx.bezierCurveTo(p.x - 0.3 * r, p.y - 0.8 * r, p.x - r, top + r, p.x - r, top);
      ctx.arc(p.x, top, r, Math.PI, TURN);
      ctx.bezierCurveTo(p.x + r, top + r, p.x + 0.3 * r, p.y - 0.8 * r, p.x, p.y);
      ctx.closePath();
    },
  };

  L.Canvas.include({
    _updateMark(mark) {
      if (!this._drawing || mark._empty()) return;
      const ctx = this._ctx;
      ctx.beginPath();
      outlines[mark.options.shape](ctx, mark._point, mark._radius);
      this._fillStroke(ctx, mark);
      if (mark.options.ring) {
        ctx.beginPath();
        ctx.arc(mark._point.x, mark._point.y, mark._radius + 3, 0, TURN);
        ctx.globalAlpha = 1;
        ctx.lineWidth = 1.5;
        ctx.strokeStyle = mark.options.ring;
        ctx.setLineDash([]);
        ctx.stroke();
      }
    },
  });

  herbgis.outlines = outlines;
  herbgis.Mark = L.CircleMarker.extend({
    options: { shape: "circle", ring: null },

    _updatePath() {
      this._renderer._updateMark(this);
    },

    _updateBounds() {
      const reach = (this.options.shape === "pin" ? 3 : 1.5) * this._radius + 6;
      const corner = L.point(reach, reach).add(L.point([1, 1]).multiplyBy(this._clickTolerance()));
      this._pxBounds = new L.Bounds(this._point.subtract(corner), this._point.add(corner));
    },

    _containsPoint(point) {
      const middle =
        this.options.shape === "pin" ? this._point.subtract([0, 2 * this._radius]) : this._point;
      return point.distanceTo(middle) <= this._radius + this._clickTolerance();
    },
  });
})(window.herbgis);
