// Looks through the text of every section (search_data.js) for all the words asked for.
"use strict";

(() => {
  const MOST = 60;
  const AROUND = 40;
  const input = document.getElementById("search-words");
  const count = document.getElementById("search-count");
  const list = document.getElementById("search-found");
  // Letter by letter, so that places in the folded text are places in the text: full width is
  // half width, capitals are small, and what would change its length stays as it is.
  const letter = (one) => {
    const folded = one.normalize("NFKC").toLowerCase();
    return folded.length === one.length ? folded : one;
  };
  const plain = (text) => Array.from(text, letter).join("");
  const sections = window.herbgisSections.map(([address, page, heading, text]) => ({
    address,
    page,
    heading,
    text,
    plainTitle: plain(`${page} ${heading}`),
    plainHeading: plain(heading),
    plainText: plain(text),
  }));

  // Pages for those who use the program come before those on how it was made.
  const BEHIND = /^(architecture|changelog|benchmarks|data|decisions|policies|reading|validation)\b/;

  // How well a section answers: a word in its heading is worth more than many in its text.
  const worth = (section, words) => {
    let sum = 0;
    for (const word of words) {
      const times = section.plainText.split(word).length - 1;
      if (!times && !section.plainTitle.includes(word)) return 0;
      sum += Math.min(times, 5);
      if (section.plainTitle.includes(word)) sum += 10;
      if (section.plainHeading.includes(word)) sum += 20;
      if (section.plainHeading === word) sum += 30;
    }
    return BEHIND.test(section.address) ? sum / 4 : sum;
  };

  // The text with the words marked; text alone, never markup.
  const marked = (text, words) => {
    const part = document.createDocumentFragment();
    const low = plain(text);
    for (let at = 0; at < text.length; ) {
      const next = words
        .map((word) => ({ word, from: low.indexOf(word, at) }))
        .filter(({ from }) => from >= 0)
        .sort((a, b) => a.from - b.from)[0];
      if (!next) {
        part.append(text.slice(at));
        break;
      }
      const mark = document.createElement("mark");
      mark.textContent = text.slice(next.from, next.from + next.word.length);
      part.append(text.slice(at, next.from), mark);
      at = next.from + next.word.length;
    }
    return part;
  };

  const around = ({ text, plainText }, words) => {
    const places = words.map((word) => plainText.indexOf(word)).filter((at) => at >= 0);
    const from = places.length ? Math.max(0, Math.min(...places) - AROUND) : 0;
    const to = from + 4 * AROUND;
    return (from ? "…" : "") + text.slice(from, to) + (to < text.length ? "…" : "");
  };

  const item = (section, words) => {
    const link = document.createElement("a");
    link.href = section.address;
    const { page, heading } = section;
    link.append(marked(page === heading ? page : `${page} › ${heading}`, words));
    const said = document.createElement("p");
    said.append(marked(around(section, words), words));
    const entry = document.createElement("li");
    entry.append(link, said);
    return entry;
  };

  const search = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const found = words.length
      ? sections
          .map((section) => ({ section, worth: worth(section, words) }))
          .filter((entry) => entry.worth)
          .sort((a, b) => b.worth - a.worth)
      : [];
    list.replaceChildren(...found.slice(0, MOST).map((entry) => item(entry.section, words)));
    count.textContent = words.length
      ? found.length
        ? `找到 ${found.length} 处${found.length > MOST ? `，列出前 ${MOST} 处` : ""}`
        : "没有找到。少写几个字，或换一个说法试试。"
      : "";
  };

  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", search);
  search();
})();
