/* The panel's tables: a row filters the map and the other tables; a slider, by year. */
(function (herbgis) {
  "use strict";

  /** Hundredths as the tables print them. */
  function written(hundredths) {
    return Math.floor(hundredths / 100) + "." + String(hundredths % 100).padStart(2, "0");
  }

  /** A table whose rows filter by a key. */
  class Table {
    constructor(table, bases) {
      this.key = table.dataset.key;
      this.bases = bases;
      this.rows = Array.from(table.tBodies[0].rows, (row) => ({
        row,
        button: row.querySelector("button"),
        word: row.querySelector("button").textContent,
        cells: Array.from(row.querySelectorAll("td")),
        whole: Array.from(row.querySelectorAll("td"), (cell) => cell.textContent),
      }));
      for (const { row, word } of this.rows) {
        row.addEventListener("click", () => this.pick(word));
      }
    }

    pick(word) {
      const { filters } = this.bases.bases;
      if (filters.get(this.key) === word) filters.delete(this.key);
      else filters.set(this.key, word);
      this.bases.refresh();
    }

    /** Show which row is picked, and under other filters what each row counts. */
    refresh() {
      const { bases } = this.bases;
      const picked = bases.filters.get(this.key);
      const others = bases.until !== null || [...bases.filters.keys()].some((k) => k !== this.key);
      const tiers = this.rows.length ? this.rows[0].cells.length - 1 : 0;
      const counts = others && bases.canCount() ? bases.counts(this.key, tiers) : null;
      for (const { row, button, word, cells, whole } of this.rows) {
        button.setAttribute("aria-pressed", String(word === picked));
        row.classList.toggle("hg-picked", word === picked);
        const sum = counts?.get(word);
        const told = sum ? [...sum.bases.map(String), written(sum.hundredths)] : null;
        const none = whole.map((_, n) => (n < tiers ? "0" : "0.00"));
        cells.forEach((cell, n) => {
          cell.textContent = (counts ? told || none : whole)[n];
        });
        row.classList.toggle("hg-empty", Boolean(counts) && !sum);
      }
    }
  }

  /** The line on the map that tells what is filtered, with a button that takes it off. */
  class Chip {
    constructor(box, bases, words) {
      Object.assign(this, { box, bases, words });
      this.told = box.querySelector("b");
      box.querySelector("button").addEventListener("click", () => {
        bases.bases.filters.clear();
        this.slider?.reset();
        bases.refresh();
      });
    }

    refresh() {
      const { bases } = this.bases;
      const parts = [...bases.filters.values()];
      if (bases.until !== null) parts.push(this.words.year_until.replace("{year}", bases.until));
      const count = bases.shown.reduce((sum, shown) => sum + shown, 0);
      this.box.hidden = !parts.length;
      this.told.textContent = parts.length
        ? parts.join(" × ") + this.words.colon + this.words.shown.replace("{count}", count)
        : "";
    }
  }

  /** The slider of years: bases completed until a year; at its end all, also those without one. */
  class Slider {
    constructor(box, bases, words) {
      Object.assign(this, { bases, words });
      this.input = box.querySelector("input");
      this.output = box.querySelector("output");
      this.input.addEventListener("input", () => this.moved());
    }

    moved() {
      const whole = this.input.value === this.input.max;
      this.bases.bases.until = whole ? null : Number(this.input.value);
      this.output.textContent = whole
        ? this.words.year_all
        : this.words.year_until.replace("{year}", this.input.value);
      this.bases.refresh();
    }

    reset() {
      this.input.value = this.input.max;
      this.moved();
    }
  }

  /** Connect the tables, the chip and the slider to the bases. */
  herbgis.filters = function (bases, chip, year, words) {
    const keys = bases.bases.data.keys;
    const parts = Array.from(document.querySelectorAll("table[data-key]"))
      .filter((table) => table.dataset.key in keys)
      .map((table) => new Table(table, bases));
    const told = new Chip(chip, bases, words);
    if (year) told.slider = new Slider(year, bases, words);
    bases.on("chosen", () => [...parts, told].forEach((part) => part.refresh()));
  };
})(window.herbgis);
