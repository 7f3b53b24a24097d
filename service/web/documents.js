/** The documents: what there is, what is added, read anew and deleted. */
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { intake, picker } from "./intake.js";
import { keyForm } from "./keyform.js";
import { dateWords } from "./words.js";

// So many are shown at first, and with each "more"; so many are read at once when one is looked for.
const PAGE = 50;
const MOST = 1000;
// So long a deletion can be taken back.
const UNDO_SECONDS = 8;

export class DocumentsView {
  /** @param {import("./chat.js").Chat} chat @param {() => void} back */
  constructor(chat, back) {
    const { t } = (this.chat = chat);
    /** @type {any[]} */
    this.found = [];
    this.cursor = "";
    this.count = 0;
    this.shown = PAGE;
    this.reading = new AbortController();
    /** @type {AbortSignal|null} Of the reading that looks for something. */
    this.looking = null;
    /** @type {Map<string, () => void>} Deletions that wait, by document. */
    this.pending = new Map();
    this.state = h("p.note");
    this.trouble = h("div");
    this.intake = intake(chat, () => this.begin());
    this.list = h("ul.rows");
    this.search = h("input", { type: "search", dir: "auto", input: () => this.look() });
    this.progress = h("p.note", { role: "status" });
    this.more = h("button", { hidden: true, click: () => this.showMore() }, t("more"));
    this.element = h(
      "main.documents",
      { "aria-label": t("documents") },
      h("div.row", {}, h("h2.question", {}, t("documents")), h("button.plain", { click: back }, t("backToChat"))),
      this.state,
      this.trouble,
      this.intake.element,
      h("label.find", {}, t("searchDocuments"), this.search),
      this.progress,
      this.list,
      this.more,
    );
  }

  /** Read the list from its beginning. */
  async begin() {
    const { api, collection, t } = this.chat;
    this.reading.abort();
    this.reading = new AbortController();
    this.trouble.replaceChildren();
    try {
      const collections = await api.collections();
      const here = collections.find((/** @type {any} */ { name }) => name === (collection || "default"));
      const { documents = 0, chunks = 0, index_version: version = 0 } = here ?? {};
      this.count = documents;
      this.state.textContent = t("state", { documents, chunks, version });
      Object.assign(this, { found: [], cursor: "", shown: PAGE });
      if (here) await this.read(PAGE);
      await this.look();
    } catch (error) {
      this.fail(error, () => this.begin());
    }
  }

  /** @param {number} limit */
  async read(limit) {
    const { api, collection } = this.chat;
    const { signal } = this.reading;
    const { documents, next_cursor: next } = await api.documents(collection, limit, this.cursor);
    if (signal.aborted) return;
    this.found.push(...documents);
    this.cursor = next ?? "";
  }

  get wanted() {
    return this.search.value.trim().toLowerCase();
  }

  /** The service finds whole values only, so its list is read to the end while something is looked for. */
  async look() {
    const { signal } = this.reading;
    this.shown = PAGE;
    this.show();
    if (this.looking === signal) return;
    this.looking = signal;
    try {
      while (this.wanted && this.cursor && !signal.aborted) {
        this.progress.textContent = this.chat.t("looking", { read: this.found.length, documents: this.count });
        await this.read(MOST);
        this.show();
      }
    } catch (error) {
      this.fail(error, () => this.look());
    } finally {
      if (this.looking === signal) this.looking = null;
      this.progress.textContent = "";
    }
  }

  async showMore() {
    this.shown += PAGE;
    try {
      if (this.cursor && !this.looking && this.found.length < this.shown) await this.read(PAGE);
      this.show();
    } catch (error) {
      this.fail(error, () => this.showMore());
    }
  }

  show() {
    const { t } = this.chat;
    const fits = this.found.filter(
      ({ id, title }) => !this.pending.has(id) && `${title ?? ""}\n${id}`.toLowerCase().includes(this.wanted),
    );
    this.list.replaceChildren(...fits.slice(0, this.shown).map((document) => this.row(document)));
    for (const id of this.pending.keys()) this.list.prepend(this.undo(id));
    this.more.hidden = fits.length <= this.shown && !this.cursor;
    if (!fits.length && !this.pending.size && !(this.wanted && this.cursor))
      this.list.append(h("li.note", {}, t(this.found.length ? "noneFound" : "noDocuments")));
  }

  /** @param {any} document */
  row(document) {
    const { t, lang, source, collection } = this.chat;
    const title = document.title ?? document.id;
    const opens = h("button.opens", { dir: "auto", "aria-label": t("openPassage", { title }) }, title);
    const place = { document_id: document.id, revision: document.revision, title: document.title };
    opens.addEventListener("click", () => source.open({ ...place, ...document.metadata }, collection, opens));
    const about = [
      document.title && document.id,
      dateWords(document.metadata.published_at, lang),
      t("indexed", { date: dateWords(document.updated_at, lang), chunks: document.chunks }),
    ];
    const labelled = { text: t("replace"), label: t("replaceOf", { title }), kind: "button.plain" };
    const replace = picker(labelled, {}, ([file]) => this.intake.replace(document, file));
    const remove = h("button.plain", { "aria-label": t("deleteOf", { title }) }, t("delete"));
    remove.addEventListener("click", () => this.remove(document.id));
    return h(
      "li",
      {},
      h("div", {}, opens, h("span.note", { dir: "auto" }, about.filter(Boolean).join(" · "))),
      h("div.row", {}, replace, remove),
    );
  }

  /** @param {string} id */
  undo(id) {
    const { t } = this.chat;
    const title = this.found.find((document) => document.id === id)?.title ?? id;
    const back = h("button", { click: () => this.pending.get(id)?.() }, t("undo"));
    return h("li", { role: "status" }, h("span", { dir: "auto" }, t("deletedSoon", { title })), back);
  }

  /** Not before the time to undo it is over. @param {string} id */
  remove(id) {
    const { api, collection } = this.chat;
    const where = collection ? `?collection=${encodeURIComponent(collection)}` : "";
    const timer = setTimeout(async () => {
      try {
        await api.request(`/v1/documents/${encodeURIComponent(id)}${where}`, { method: "DELETE" });
        this.found = this.found.filter((document) => document.id !== id);
      } catch (error) {
        this.fail(error, () => this.begin());
      }
      this.pending.delete(id);
      this.show();
    }, UNDO_SECONDS * 1000);
    this.pending.set(id, () => {
      clearTimeout(timer);
      this.pending.delete(id);
      this.show();
    });
    this.show();
    this.search.focus();
  }

  /** @param {unknown} error @param {() => void} again */
  fail(error, again) {
    if (!(error instanceof Problem)) throw error;
    const { api, t } = this.chat;
    this.trouble.replaceChildren(
      error.status === 401
        ? keyForm(api, t, again)
        : h("div.notice", { role: "alert" }, this.chat.words(error), h("button", { click: again }, t("retry"))),
    );
  }
}
