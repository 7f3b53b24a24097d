/** The panel beside the answer: a document's text, the cited characters marked. */
import { Problem } from "./api.js";
import { cut } from "./codepoints.js";
import { h } from "./dom.js";
import { keyForm } from "./keyform.js";
import { placeWords, supportWords } from "./words.js";

// So much around a quote is shown at once; a book would keep the browser busy.
const WINDOW = 30_000;
// What the service says of a document that is no longer there.
const DELETED = new Set([404, 410]);

export class SourcePanel {
  /**
   * @param {import("./api.js").Api} api @param {string} lang @param {import("./texts.js").Translate} t
   * @param {(problem: Problem) => string} words @param {() => void} changed When it opens or closes.
   * @param {boolean} page Whether it is a part of a page by itself.
   */
  constructor(api, lang, t, words, changed, page) {
    this.api = api;
    this.lang = lang;
    this.t = t;
    this.words = words;
    this.changed = changed;
    this.heading = h("h2", { tabindex: "-1", dir: "auto", id: "source-title" });
    this.about = h("p.note");
    this.support = h("p.note");
    this.body = h("div.text", { tabindex: "0", role: "group", "aria-labelledby": "source-title" });
    this.element = h(
      page ? "aside.source" : "div.source",
      { hidden: true, role: page ? null : "group", "aria-label": t("source"), keydown: (/** @type {KeyboardEvent} */ e) => this.key(e) },
      h("div.head", {}, this.heading, h("button.close", { click: () => this.close() }, t("close"))),
      this.about,
      this.support,
      this.body,
    );
    /** @type {HTMLElement|null} */
    this.from = null;
    this.loading = new AbortController();
  }

  /** @param {any} place What is cited. @param {string} collection @param {HTMLElement} from Gets the focus back. */
  async open(place, collection, from) {
    this.loading.abort();
    const { signal } = (this.loading = new AbortController());
    this.from = from;
    this.heading.textContent = place.title ?? place.document_id;
    this.about.textContent = placeWords(place, this.lang, this.t);
    this.support.textContent = place.support === undefined ? "" : supportWords(place, this.t);
    this.body.replaceChildren(h("p.note", {}, this.t("loading")));
    this.body.setAttribute("aria-busy", "true");
    this.element.hidden = false;
    this.changed();
    this.heading.focus();
    try {
      const text = await this.api.text(place.document_id, place.revision, collection, signal);
      if (place.revision) this.show(cut(text, place.start_char_index ?? 0, place.end_char_index ?? 0));
      else this.showNow(text, place.cited_text);
    } catch (error) {
      if (!signal.aborted) await this.fail(error, place, collection, from);
    }
    this.body.removeAttribute("aria-busy");
  }

  /** What was quoted from an earlier revision, if it is in this one. @param {string} text @param {string} [quote] */
  showNow(text, quote) {
    if (!quote) return this.show(["", "", text]);
    const at = text.indexOf(quote);
    this.support.textContent = this.t(at < 0 ? "quoteGone" : "quoteStands");
    this.show(at < 0 ? ["", "", text] : [text.slice(0, at), quote, text.slice(at + quote.length)]);
  }

  /** @param {[string, string, string]} parts What is before, in and after the quote. */
  show([before, quote, after]) {
    const near = h("span", {}, before.slice(boundary(before, before.length - WINDOW)));
    const next = h("span", {}, after.slice(0, boundary(after, WINDOW)));
    const mark = quote && h("mark", { tabindex: "-1" }, quote);
    const whole = (/** @type {string} */ key, /** @type {HTMLElement} */ part, /** @type {string} */ all) => {
      if (part.textContent === all) return null;
      const button = h("button.plain", {}, this.t(key));
      button.addEventListener("click", () => {
        part.textContent = all;
        button.remove();
        mark?.scrollIntoView({ block: "center" });
      });
      return button;
    };
    const content = h("div.content", { dir: "auto" }, near, mark, next);
    const parts = [whole("earlier", near, before), content, whole("later", next, after)];
    this.body.replaceChildren(...parts.filter(Boolean));
    if (mark) this.centre(mark);
    else this.body.scrollTop = 0;
  }

  /** Within the panel: the page around a widget stays where it is. @param {HTMLElement} mark */
  centre(mark) {
    const at = mark.getBoundingClientRect().top - this.body.getBoundingClientRect().top;
    this.body.scrollTop += at - this.body.clientHeight / 3;
  }

  /** @param {unknown} error @param {any} place @param {string} collection @param {HTMLElement} from */
  async fail(error, place, collection, from) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 410) return this.gone(place, collection, from);
    const again = () => this.open(place, collection, from);
    if (error.status === 401) return this.body.replaceChildren(keyForm(this.api, this.t, again));
    return this.body.replaceChildren(
      h("div.notice", { role: "alert" }, h("p", {}, this.words(error)), h("button", { click: again }, this.t("retry"))),
    );
  }

  /** The document was deleted, or changed and the cited revision dropped. @param {any} place @param {string} collection @param {HTMLElement} from */
  async gone(place, collection, from) {
    const { signal } = this.loading;
    let there = true;
    try {
      await this.api.document(place.document_id, collection, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem) || !DELETED.has(error.status)) return this.fail(error, place, collection, from);
      there = false;
    }
    if (signal.aborted) return;
    const [title, text] = there ? ["expiredTitle", "expiredText"] : ["deletedTitle", "deletedText"];
    const now = () => this.open({ ...place, revision: null, support: undefined }, collection, from);
    this.body.replaceChildren(
      h(
        "div.notice",
        { role: "alert" },
        h("strong", {}, this.t(title)),
        (!there || place.cited_text) && h("p", {}, this.t(text)),
        there && place.cited_text && h("blockquote", { dir: "auto" }, place.cited_text),
        there && h("button", { click: now }, this.t("readNow")),
      ),
    );
  }

  close() {
    this.loading.abort();
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.changed();
    this.from?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  }
}

/** @param {string} text @param {number} at @returns {number} Not within a character of two units. */
function boundary(text, at) {
  if (at <= 0 || at >= text.length) return Math.min(Math.max(at, 0), text.length);
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
