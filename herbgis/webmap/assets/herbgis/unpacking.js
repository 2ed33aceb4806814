/* What herbgis.webmap.packing packed: columns of texts, and outlines as differences. */
(function (herbgis) {
  "use strict";

  /** The bytes of a gzip file in base64. */
  function inflated(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return fflate.gunzipSync(bytes);
  }

  /** A row's cell of a column: a list, or distinct cells and where each stands. */
  function cell(column, i) {
    return column.of ? column.of[column.at[i]] : column[i];
  }

  /** Reads whole numbers of variable length, the low bits first. */
  function varints(bytes) {
    let at = 0;
    return function () {
      let value = 0;
      let weight = 1;
      let byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * weight;
        weight *= 128;
      } while (byte > 127);
      return value;
    };
  }

  /** The number that was written as 0, -1, 1, -2 … */
  function signed(value) {
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** Where the shapes' anchors lie, in steps: lon, lat of each. */
  function anchors(bytes, count) {
    const next = varints(bytes);
    const at = new Int32Array(2 * count);
    for (let i = 0; i < at.length; i++) at[i] = (i > 1 ? at[i - 2] : 0) + signed(next());
    return at;
  }

  /**
   * Outlines as flat arrays: `vertices` (lon, lat) of all rings; `rings`, where each ring begins
   * among the vertices; `shapes`, where each shape begins among the rings. All in steps; the last
   * two have one entry more, the end. Numbers come as their low bytes and what is above.
   */
  function outlines(low, high, at, data) {
    const above = varints(high);
    let place = 0;
    const next = () => signed(low[place++] + 256 * above());
    const vertices = new Int32Array(2 * data.vertices);
    const rings = new Uint32Array(data.rings + 1);
    const shapes = new Uint32Array(data.count + 1);
    let ring = 0;
    let vertex = 0;
    for (let i = 0; i < data.count; i++) {
      shapes[i] = ring;
      for (let polygons = next(); polygons > 0; polygons--) {
        for (let left = next(); left > 0; left--) {
          rings[ring++] = vertex;
          let x = at[2 * i];
          let y = at[2 * i + 1];
          for (let corners = next(); corners > 0; corners--) {
            vertices[2 * vertex] = x += next();
            vertices[2 * vertex + 1] = y += next();
            vertex++;
          }
        }
      }
    }
    shapes[data.count] = ring;
    rings[ring] = vertex;
    return { vertices, rings, shapes };
  }

  /** A packed block: its JSON, its anchors, and its outlines once they are asked for. */
  function unpacked(block) {
    const data = JSON.parse(fflate.strFromU8(inflated(block.json)));
    const at = anchors(inflated(block.anchors), data.count);
    let shapes = null;
    return {
      data,
      at,
      outlines: () =>
        (shapes = shapes || outlines(inflated(block.low), inflated(block.high), at, data)),
    };
  }

  Object.assign(herbgis, { cell, unpacked });
})(window.herbgis);
