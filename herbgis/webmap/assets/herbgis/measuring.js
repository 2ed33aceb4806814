/* Measuring on the ground: points are clicked, a line grows, its length stands at its end; from three
   points on, so does the area that they enclose. */
(function (herbgis) {
  "use strict";

  const { element, colour } = herbgis;

  /** CGCS2000 (GB 22021-2008): metres, and the first eccentricity. */
  const RADIUS = 6378137;
  const FLATTENING = 1 / 298.257222101;
  const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
  const SQUARE_METRES_IN_MU = 10000 / 15;

  /** How much of the ellipsoid lies below a latitude (Snyder 1987, 3-12): the map of it is equal in area. */
  function below(lat) {
    const e = ECCENTRICITY;
    const sine = Math.sin((lat * Math.PI) / 180);
    const tail = Math.log((1 - e * sine) / (1 + e * sine)) / (2 * e);
    return (1 - e * e) * (sine / (1 - (e * sine) ** 2) - tail);
  }

  /** Square metres that a ring of points encloses on the ellipsoid. */
  function area(points) {
    const sum = points.reduce((total, point, n) => {
      const next = points[(n + 1) % points.length];
      const across = ((next.lng - point.lng) * Math.PI) / 180;
      return total + (across * (below(point.lat) + below(next.lat))) / 2;
    }, 0);
    return Math.abs(sum * RADIUS ** 2) / 2;
  }

  /** On which side of a line from a to b a point lies. */
  function side(a, b, point) {
    return Math.sign((b.lng - a.lng) * (point.lat - a.lat) - (b.lat - a.lat) * (point.lng - a.lng));
  }

  function cross(a, b, c, d) {
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  /** Whether edges of a ring cross: then it encloses no area that one could name. */
  function crosses(points) {
    const at = (n) => points[n % points.length];
    return points.some((point, n) =>
      points.slice(n + 2).some((other, m) => cross(point, at(n + 1), other, at(n + m + 3)))
    );
  }

  function written(metres) {
    return metres < 1000 ? metres.toFixed(0) + " m" : (metres / 1000).toFixed(2) + " km";
  }

  class Measuring {
    constructor(map, button, hint, words) {
      Object.assign(this, { map, button, hint, words, on: false });
      this.line = L.polyline([], { color: colour("ring"), weight: 3, interactive: false });
      this.ground = L.polygon([], { color: colour("ring"), stroke: false, interactive: false });
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
      this.ground.setLatLngs([]).addTo(this.map);
      this.map.doubleClickZoom.disable();
      this.map.on(this.events, this);
    }

    stop() {
      this.map.off(this.events, this);
      this.map.doubleClickZoom.enable();
      this.line.remove();
      this.ground.remove();
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

    /** What is said of the area inside, where there is any. */
    enclosed(points) {
      const distinct = points.filter((point, n) => !n || !point.equals(points[n - 1]));
      if (distinct.length < 3) return [];
      if (crosses(distinct)) return [this.words.crossing];
      const mu = area(distinct) / SQUARE_METRES_IN_MU;
      return [this.words.area.replace("{mu}", mu.toFixed(2))];
    }

    show(points) {
      this.line.setLatLngs(points);
      this.ground.setLatLngs(points);
      const length = points.slice(1).reduce((sum, point, n) => {
        return sum + this.map.distance(points[n], point);
      }, 0);
      this.label.setLatLng(points[points.length - 1]);
      const lines = [written(length), ...this.enclosed(points)];
      this.label.setContent(element("div", "hg-tip", lines.map((text) => element("span", "", text))));
      this.label.addTo(this.map);
    }
  }

  herbgis.measuring = (map, button, hint, words) => new Measuring(map, button, hint, words);
  herbgis.areaOf = area;
})(window.herbgis);
