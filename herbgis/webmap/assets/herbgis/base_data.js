/* The bases as flat columns: which are shown, what they say, where they lie, what they count for. */
(function (herbgis) {
  "use strict";

  const { cell, element } = herbgis;
  const BETWEEN = "\n";

  /** What a popup says first. */
  function tags(texts, rank) {
    const made = texts.map((text) => element("span", "", text));
    if (rank !== null && made.length) made[0].className = "hg-tag-rank hg-rank-" + rank;
    return element("p", "hg-tags", made);
  }

  class BaseData {
    constructor(block) {
      const { data, at, outlines } = herbgis.unpacked(block);
      Object.assign(this, { data, at, outlines, count: data.count, shown: [], until: null });
      this.filters = new Map();
      this.hidden = new Set();
      this.choose();
    }

    get(column, i) {
      return cell(this.data[column], i);
    }

    /** Mark which bases are shown: those that pass the filters and lie in a group that is on. */
    choose() {
      const passes = this.passing(null);
      this.shown = new Uint8Array(this.count);
      for (let i = 0; i < this.count; i++) {
        this.shown[i] = passes(i) && !this.hidden.has(this.get("group", i)) ? 1 : 0;
      }
    }

    /** Tells whether a base passes the filters of all keys but one, and the year. */
    passing(without) {
      const filters = Array.from(this.filters)
        .filter(([key]) => key !== without)
        .map(([key, word]) => [this.data.keys[key], word]);
      return (i) => {
        const year = this.until === null ? null : this.get("year", i);
        const inTime = this.until === null || (year !== null && year <= this.until);
        return inTime && filters.every(([column, word]) => cell(column, i) === word);
      };
    }

    /** Whether the tables may be counted anew: the counts here add up to theirs. */
    canCount() {
      return Boolean(this.data.marks);
    }

    /**
     * For each word of a key, under the filters of the other keys, the number of verified bases of
     * each tier and the hundredths of mu of all. Marks and hundredths come from the library.
     */
    counts(key, tiers) {
      const sums = new Map();
      const none = () => ({ bases: Array.from({ length: tiers }, () => 0), hundredths: 0 });
      const passes = this.passing(key);
      for (let i = 0; i < this.count; i++) {
        const marks = this.get("marks", i);
        if (!marks || !passes(i)) continue;
        const word = cell(this.data.keys[key], i);
        if (!sums.has(word)) sums.set(word, none());
        const sum = sums.get(word);
        for (let tier = 0; tier < tiers; tier++) sum.bases[tier] += (marks >> tier) & 1;
        sum.hundredths += this.get("hundredths", i);
      }
      return sums;
    }

    /** Numbers of all bases whose texts hold every one of some words. */
    search(text) {
      const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
      const columns = [this.data.name, ...this.data.searched.map((line) => this.data.lines[line])];
      const found = [];
      for (let i = 0; wanted.length && i < this.count; i++) {
        const told = columns.map((column) => cell(column, i) || "").join(BETWEEN);
        const said = told.toLowerCase();
        if (wanted.every((word) => said.includes(word))) found.push(i);
      }
      return found;
    }

    /** The line of a base's popup under which its place stands. */
    place(i) {
      const line = this.data.searched[0];
      return line === undefined ? "" : cell(this.data.lines[line], i) || "";
    }

    latLng(i) {
      const { at, data } = this;
      return L.latLng(at[2 * i + 1] / data.steps, at[2 * i] / data.steps);
    }

    /** The popup of a base; `facts` are further lines that stand first. */
    popup(i, facts) {
      const { data } = this;
      const rows = (facts || []).concat(data.lines.map((line, n) => [data.labels[n], cell(line, i)]));
      const made = rows
        .filter(([, text]) => text)
        .map(([label, text]) =>
          element("tr", "", [element("th", "", label), element("td", "", text)])
        );
      return element("div", "hg-popup", [
        element("h3", "", this.get("name", i)),
        tags(this.get("tags", i).split(BETWEEN).filter(Boolean), this.get("rank", i)),
        element("table", "", element("tbody", "", made)),
      ]);
    }

    /** What stands beside the pointer over a base. */
    tip(i) {
      const { data } = this;
      const lines = [element("b", "", this.get("name", i))];
      const figure = data.tip === null ? null : cell(data.lines[data.tip], i);
      if (figure) lines.push(element("span", "", data.labels[data.tip] + " " + figure));
      return element("div", "hg-tip", lines);
    }
  }

  Object.assign(herbgis, { BaseData, tags });
})(window.herbgis);
