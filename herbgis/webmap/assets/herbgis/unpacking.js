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

  /** Reads whole numbers, zigzag, from their low bytes and what is above, of variable length. */
  function reader(low, high) {
    let at = 0;
    let above = 0;
    return function () {
      let value = low[at++];
      let weight = 256;
      let byte;
      do {
        byte = high[above++];
        value += (byte & 127) * weight;
        weight *= 128;
      } while (byte > 127);
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
  }

  /**
   * Outlines as flat arrays: `at`, an anchor a shape (lon, lat); `vertices` (lon, lat) of all rings;
   * `rings`, where each ring begins among the vertices; `shapes`, where each shape begins among
   * the rings. All in steps; the last two have one entry more, the end.
   */
  function outlines(next, data) {
    const at = new Int32Array(2 * data.count);
    const vertices = new Int32Array(2 * data.vertices);
    const rings = new Uint32Array(data.rings + 1);
    const shapes = new Uint32Array(data.count + 1);
    let ring = 0;
    let vertex = 0;
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < data.count; i++) {
      at[2 * i] = lon += next();
      at[2 * i + 1] = lat += next();
      shapes[i] = ring;
      for (let polygons = next(); polygons > 0; polygons--) {
        for (let left = next(); left > 0; left--) {
          rings[ring++] = vertex;
          let x = lon;
          let y = lat;
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
    return { at, vertices, rings, shapes };
  }

  /** A packed block: its JSON, and its outlines. */
  function unpacked(block) {
    const data = JSON.parse(fflate.strFromU8(inflated(block.json)));
    const next = reader(inflated(block.low), inflated(block.high));
    return { data, outlines: outlines(next, data) };
  }

  Object.assign(herbgis, { cell, unpacked });
})(window.herbgis);
