/* Measuring along the ground: points are clicked, a line grows, its length stands at its end. */
(function (herbgis) {
  "use strict";

  const { element, colour } = herbgis;

  function written(metres) {
    return metres < 1000 ? metres.toFixed(0) + " m" : (metres / 1000).toFixed(2) + " km";
  }

  class Measuring {
    constructor(map, button, hint) {
      Object.assign(this, { map, button, hint, on: false });
      this.line = L.polyline([], { color: colour("ring"), weight: 3, interactive: false });
      this.label = L.tooltip({ permanent: true, direction: "right", offset: [8, 0] });
      this.events = { click: this.clicked, mousemove: this.moved, dblclick: this.ended };
      button.addEventListener("click", () => (this.on ? this.stop() : this.start()));
      map.getContainer().addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.on) this.stop();
      });
    }

    start() {
      this.turn(true);
      this.points = [];
      this.line.setLatLngs([]).addTo(this.map);
      this.map.doubleClickZoom.disable();
      this.map.on(this.events, this);
    }

    stop() {
      this.map.off(this.events, this);
      this.map.doubleClickZoom.enable();
      this.line.remove();
      this.label.remove();
      this.turn(false);
    }

    turn(on) {
      this.on = on;
      this.hint.hidden = !on;
      this.button.setAttribute("aria-pressed", String(on));
      this.map.getContainer().classList.toggle("hg-measuring", on);
    }

    clicked(event) {
      this.points.push(event.latlng);
      this.show(this.points);
    }

    moved(event) {
      if (this.points.length) this.show([...this.points, event.latlng]);
    }

    /** The line stays until the tool is put away. */
    ended() {
      this.map.off(this.events, this);
      this.show(this.points);
    }

    show(points) {
      this.line.setLatLngs(points);
      const length = points.slice(1).reduce((sum, point, n) => {
        return sum + this.map.distance(points[n], point);
      }, 0);
      this.label.setLatLng(points[points.length - 1]);
      this.label.setContent(element("span", "", written(length))).addTo(this.map);
    }
  }

  herbgis.measuring = (map, button, hint) => new Measuring(map, button, hint);
})(window.herbgis);
