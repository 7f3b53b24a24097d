/** The card at a mark: what is quoted, and from where. */
import { h } from "./dom.js";
import { placeWords, supportWords } from "./words.js";

/** One card for all marks; shown for the mark that is pointed at or tabbed to. */
export class Card {
  /** @param {string} lang @param {import("./texts.js").Translate} t */
  constructor(lang, t) {
    this.lang = lang;
    this.t = t;
    this.element = h("div.card", { role: "tooltip", id: "card", hidden: true });
    // A pointer may move onto the card to read or copy it.
    this.element.addEventListener("pointerenter", () => clearTimeout(this.leaving));
    this.element.addEventListener("pointerleave", () => this.hide());
    /** @type {number|undefined} */
    this.leaving = undefined;
  }

  /** @param {HTMLElement} mark @param {any} source */
  follow(mark, source) {
    const show = () => this.show(mark, source);
    mark.setAttribute("aria-describedby", "card");
    // Not when the page moves under a pointer that rests.
    mark.addEventListener("pointermove", (event) => event.pointerType === "mouse" && show());
    // Whoever tabs to it; where the focus comes back from a source, the card would cover the next mark.
    mark.addEventListener("keyup", (event) => event.key === "Tab" && show());
    mark.addEventListener("pointerleave", () => (this.leaving = setTimeout(() => this.hide(), 150)));
    mark.addEventListener("blur", () => this.hide());
    mark.addEventListener("click", () => this.hide());
  }

  /** @param {HTMLElement} mark @param {any} source */
  show(mark, source) {
    clearTimeout(this.leaving);
    const where = placeWords(source, this.lang, this.t);
    this.element.replaceChildren(
      h("blockquote", { dir: "auto" }, source.cited_text),
      h("strong", { dir: "auto" }, source.title ?? source.document_id),
      ...(where ? [h("span", {}, where)] : []),
      h("span.note", {}, supportWords(source, this.t)),
    );
    this.element.hidden = false;
    const frame = /** @type {HTMLElement} */ (this.element.parentElement).getBoundingClientRect();
    const at = mark.getBoundingClientRect();
    const size = this.element.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - frame.left - size.width / 2, frame.width - size.width - 8));
    const below = at.bottom - frame.top + 6;
    const top = below + size.height > frame.height ? Math.max(8, at.top - frame.top - size.height - 6) : below;
    this.element.style.setProperty("left", `${left}px`);
    this.element.style.setProperty("top", `${top}px`);
  }

  hide() {
    clearTimeout(this.leaving);
    this.element.hidden = true;
  }
}
