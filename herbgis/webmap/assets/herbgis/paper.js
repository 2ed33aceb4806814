/* The page on A3, printed or as a picture: the sheet takes the paper's size, the map refits. */
(function (herbgis) {
  "use strict";

  /** Dots a pixel on paper. */
  const FINE = 2;
  const SVG = "http://www.w3.org/2000/svg";
  const XHTML = "http://www.w3.org/1999/xhtml";
  /** Characters that no XML may hold, though a survey's texts may. */
  // oxlint-disable-next-line no-control-regex
  const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
  const USUAL_PX = 12;
  const SMALLEST_PX = 7;

  /** The sheet: laid out on paper before it is printed or painted, and put back after. */
  class Sheet {
    constructor(map, bases, extent) {
      Object.assign(this, { map, bases, extent: extent && L.latLngBounds(extent), before: null });
      window.addEventListener("beforeprint", () => this.lay());
      window.addEventListener("afterprint", () => this.putBack());
    }

    /** Look at all there is, or at bounds that were in view. */
    fit(bounds) {
      const fits = { padding: [12, 12], maxZoom: 15, animate: false };
      if (bounds) this.map.fitBounds(bounds, fits);
    }

    lay() {
      if (this.before) return;
      const { map } = this;
      const seen = map.getBounds();
      this.before = { centre: map.getCenter(), zoom: map.getZoom(), legend: this.moveLegend() };
      document.body.classList.add("hg-paper");
      this.fitPanel();
      map.invalidateSize({ animate: false });
      this.fit(this.extent && seen.contains(this.extent) ? this.extent : seen);
      this.bases?.drawAtOnce(FINE);
      this.copies = this.flatten();
    }

    /** The legend stands behind the tables, where it hides nothing; gives the way back. */
    moveLegend() {
      const legend = document.querySelector(".hg-legend");
      const panel = document.querySelector(".hg-panel");
      const { parentNode: corner, nextSibling: next, open } = legend;
      panel.append(legend);
      legend.open = true;
      return () => {
        corner.insertBefore(legend, next);
        legend.open = open;
      };
    }

    /**
     * Canvases as copies that were never cleared: a browser prints what was drawn on a canvas step
     * by step, and the clearing would print as a white sheet over all that lies below.
     */
    flatten() {
      this.map.eachLayer((layer) => {
        if (!(layer instanceof L.Canvas)) return;
        layer._redrawBounds = null;
        layer._redraw();
      });
      return Array.from(this.map.getContainer().querySelectorAll("canvas"), (canvas) => {
        const copy = canvas.cloneNode(false);
        copy.getContext("2d").drawImage(canvas, 0, 0);
        canvas.before(copy);
        canvas.hidden = true;
        return () => {
          copy.remove();
          canvas.hidden = false;
        };
      });
    }

    /** Let the panel's letters shrink until its tables stand on the sheet; else they follow it. */
    fitPanel() {
      const panel = document.querySelector(".hg-panel");
      for (let size = USUAL_PX; panel && size >= SMALLEST_PX; size -= 0.5) {
        document.body.style.setProperty("--hg-paper-size", size + "px");
        if (panel.scrollHeight <= panel.clientHeight && panel.scrollWidth <= panel.clientWidth) return;
      }
      if (panel) document.body.classList.add("hg-long");
    }

    putBack() {
      if (!this.before) return;
      const { centre, zoom, legend } = this.before;
      this.before = null;
      this.copies.forEach((takeAway) => takeAway());
      legend();
      document.body.classList.remove("hg-paper", "hg-long");
      this.map.invalidateSize({ animate: false });
      this.map.setView(centre, zoom, { animate: false });
      this.bases?.drawAtOnce();
    }

    /** The sheet as a PNG; `left` tells whether images from the network had to be left out. */
    async picture() {
      this.lay();
      try {
        const copy = copied(document.body);
        const left = withoutLoaded(copy);
        const { offsetWidth: width, offsetHeight: height } = document.body;
        return { blob: await painted(asImage(copy, width, height), width, height), left };
      } finally {
        this.putBack();
      }
    }
  }

  /** A copy of the page without its scripts, what was drawn on canvases as images. */
  function copied(body) {
    const copy = body.cloneNode(false);
    for (const child of body.children) {
      if (!child.matches("script, template")) copy.append(child.cloneNode(true));
    }
    copy.querySelectorAll("canvas[hidden]").forEach((canvas) => canvas.remove());
    const drawn = Array.from(body.querySelectorAll("canvas:not([hidden])"));
    copy.querySelectorAll("canvas").forEach((canvas, n) => {
      const image = document.createElement("img");
      image.src = drawn[n].toDataURL();
      image.style.cssText = canvas.style.cssText;
      image.className = canvas.className;
      canvas.replaceWith(image);
    });
    copy.querySelectorAll("script").forEach((script) => script.remove());
    return copy;
  }

  /** Take away images that would have to be loaded; tells whether there were any. */
  function withoutLoaded(copy) {
    const loaded = Array.from(copy.querySelectorAll("img")).filter(
      (image) => !image.src.startsWith("data:")
    );
    loaded.forEach((image) => image.remove());
    return loaded.length > 0;
  }

  /** The page as an SVG image's address, so wide and high. */
  function asImage(copy, width, height) {
    const styles = Array.from(document.querySelectorAll("style"), (style) => style.textContent);
    const style = document.createElementNS(XHTML, "style");
    style.textContent = styles.join("\n");
    const holder = document.createElementNS(SVG, "foreignObject");
    holder.setAttribute("width", "100%");
    holder.setAttribute("height", "100%");
    holder.append(style, copy);
    const svg = document.createElementNS(SVG, "svg");
    const size = { width: FINE * width, height: FINE * height, viewBox: `0 0 ${width} ${height}` };
    for (const [name, value] of Object.entries(size)) svg.setAttribute(name, value);
    svg.append(holder);
    const text = new XMLSerializer().serializeToString(svg).replace(NOT_XML, "");
    return "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  }

  async function painted(address, width, height) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: FINE * width, height: FINE * height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => {
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png");
    });
  }

  herbgis.paper = (map, bases, extent) => new Sheet(map, bases, extent);
})(window.herbgis);
