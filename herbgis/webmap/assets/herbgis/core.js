/* What every part of the page uses. A survey's text enters the page as text nodes only. */
window.herbgis = (function () {
  "use strict";

  /** The plain values of a data block. */
  function read(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  /** An element with a class and children; a child that is no node becomes a text node. */
  function element(tag, className, children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    for (const child of [].concat(children === undefined ? [] : children)) {
      made.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return made;
  }

  const colours = new Map();

  /** A colour of the style sheet: the map is drawn in the colours of its legend. */
  function colour(name) {
    if (!colours.has(name)) {
      const style = getComputedStyle(document.documentElement);
      colours.set(name, style.getPropertyValue("--hg-" + name).trim());
    }
    return colours.get(name);
  }

  /** Rings as Leaflet wants them, from whole steps and differences. */
  function unpack(parts, steps) {
    return parts.map((rings) =>
      rings.map((ring) => {
        const vertices = [];
        let lon = 0;
        let lat = 0;
        for (let i = 0; i < ring.length; i += 2) {
          lon += ring[i];
          lat += ring[i + 1];
          vertices.push([lat / steps, lon / steps]);
        }
        return vertices;
      })
    );
  }

  /** Whether a map is so small that boxes and symbols would cover it: on a phone, in a notebook. */
  function isSmall(map) {
    const size = map.getSize();
    return size.x < 700 || size.y < 500;
  }

  return { isSmall, read, element, colour, unpack };
})();
