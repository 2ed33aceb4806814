/* Finding a base: by words, or in one of the panel's lists. */
(function (herbgis) {
  "use strict";

  const { element } = herbgis;
  const MOST = 12;

  /** The box of results under the search field. */
  class Search {
    constructor(box, bases, words) {
      Object.assign(this, { bases, words });
      this.input = box.querySelector("input");
      this.list = box.querySelector("ul");
      this.status = box.querySelector("[role=status]");
      this.input.addEventListener("input", () => this.refresh());
      box.addEventListener("keydown", (event) => this.typed(event));
      box.addEventListener("focusout", (event) => {
        if (!box.contains(event.relatedTarget)) this.show([]);
      });
      this.input.addEventListener("focus", () => this.refresh());
    }

    refresh() {
      const wanted = this.input.value.trim();
      const found = wanted ? this.bases.bases.search(wanted) : [];
      this.show(found.slice(0, MOST));
      const { found: some, more, nothing } = this.words;
      const told = found.length > MOST ? some + " · " + more : found.length ? some : nothing;
      const count = (text, number) => text.replace("{count}", number);
      this.status.textContent = wanted
        ? told.split(" · ").map((text, n) => count(text, n ? MOST : found.length)).join(" · ")
        : "";
      this.status.hidden = !wanted;
    }

    show(numbers) {
      const { bases } = this.bases;
      this.list.replaceChildren(
        ...numbers.map((i) => {
          const lines = [element("b", "", bases.get("name", i)), element("small", "", bases.place(i))];
          return element("li", "", this.button(i, lines));
        })
      );
      this.list.hidden = !numbers.length;
      if (!numbers.length) this.status.hidden = true;
    }

    button(i, lines) {
      const made = element("button", "", lines);
      made.type = "button";
      made.addEventListener("click", () => {
        this.bases.visit(i);
        this.show([]);
      });
      return made;
    }

    /** Enter goes to the first, arrows move among the results, Escape closes them. */
    typed(event) {
      const buttons = Array.from(this.list.querySelectorAll("button"));
      const at = buttons.indexOf(document.activeElement);
      if (event.key === "Enter" && at < 0 && buttons.length) {
        buttons[0].click();
      } else if (event.key === "ArrowDown" && buttons.length) {
        buttons[Math.min(at + 1, buttons.length - 1)].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        (at ? buttons[at - 1] : this.input).focus();
      } else if (event.key === "Escape") {
        this.show([]);
        this.input.focus();
      } else {
        return;
      }
      event.preventDefault();
    }
  }

  herbgis.search = (box, bases, words) => new Search(box, bases, words);

  /** The lists of the panel: every base that is on the map is a button that goes there. */
  herbgis.lists = function (bases) {
    for (const found of document.querySelectorAll("button[data-base]")) {
      found.addEventListener("click", () => bases.visit(Number(found.dataset.base)));
    }
  };
})(window.herbgis);
