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
    /** @type {string|null} Whose documents are listed; the rows keep to it. */
    this.collection = null;
    /** @type {any[]} */
    this.found = [];
    this.cursor = "";
    this.count = 0;
    this.shown = PAGE;
    /** Whether anything is known of what there is. */
    this.known = false;
    this.reading = new AbortController();
    /** @type {Promise<void>|null} The part of the list that is on its way. */
    this.part = null;
    /** @type {AbortSignal|null} Of the reading that looks for something. */
    this.looking = null;
    /** @type {Map<string, {title: string, back: () => void}>} Deletions that wait, by collection and document. */
    this.pending = new Map();
    this.state = h("p.note");
    this.trouble = h("div");
    this.refused = h("div");
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
      this.refused,
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
    const { signal } = (this.reading = new AbortController());
    this.trouble.replaceChildren();
    this.progress.textContent = t("loading");
    this.more.hidden = true;
    Object.assign(this, { found: [], cursor: "", shown: PAGE, part: null, known: false });
    // The rows of the same collection stay until they are there anew.
    if (collection !== this.collection) {
      this.collection = collection;
      this.state.textContent = "";
      this.show();
    }
    try {
      const { collections, default: usual } = await api.collections(signal);
      if (signal.aborted) return;
      const here = collections.find((/** @type {any} */ { name }) => name === (collection || usual));
      const { documents = 0, chunks = 0, index_version: version = 0 } = here ?? {};
      this.count = documents;
      this.state.textContent = t("state", { documents, chunks, version });
      if (here) await this.read(PAGE);
      if (signal.aborted) return;
      this.known = true;
      await this.look();
    } catch (error) {
      if (!signal.aborted) this.fail(error, () => this.begin());
    } finally {
      if (!signal.aborted && !this.looking) this.progress.textContent = "";
    }
  }

  /** The next part of the list. Who asks while one is on its way waits for that one. @param {number} limit */
  async read(limit) {
    const part = (this.part ??= this.next(limit, this.reading.signal));
    try {
      await part;
    } finally {
      if (this.part === part) this.part = null;
    }
  }

  /** @param {number} limit @param {AbortSignal} signal */
  async next(limit, signal) {
    const { documents, next_cursor: next } = await this.chat.api.documents(this.collection ?? "", limit, this.cursor, signal);
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
    if (!this.known || this.looking === signal) return;
    this.looking = signal;
    this.trouble.replaceChildren();
    try {
      while (this.wanted && this.cursor) {
        this.progress.textContent = this.chat.t("looking", { read: this.found.length, documents: this.count });
        await this.read(MOST);
        if (signal.aborted) return;
        this.show();
      }
      this.progress.textContent = "";
    } catch (error) {
      if (signal.aborted) return;
      this.progress.textContent = "";
      this.fail(error, () => this.look());
    } finally {
      if (this.looking === signal) this.looking = null;
    }
  }

  async showMore() {
    const { signal } = this.reading;
    const shown = this.shown + PAGE;
    this.trouble.replaceChildren();
    try {
      while (this.cursor && this.found.length < shown) {
        await this.read(PAGE);
        if (signal.aborted) return;
      }
      this.shown = shown;
      this.show();
    } catch (error) {
      if (!signal.aborted) this.fail(error, () => this.showMore());
    }
  }

  show() {
    const { t } = this.chat;
    const held = this.held();
    const fits = this.found.filter(
      ({ id, title }) => !this.pending.has(this.key(id)) && `${title ?? ""}\n${id}`.toLowerCase().includes(this.wanted),
    );
    this.list.replaceChildren(...fits.slice(0, this.shown).map((document) => this.row(document)));
    for (const [key, { title, back }] of this.pending) this.list.prepend(this.undo(key, title, back));
    this.more.hidden = fits.length <= this.shown && !this.cursor;
    if (this.known && !fits.length && !this.pending.size && !(this.wanted && this.cursor))
      this.list.append(h("li.note", {}, t(this.found.length ? "noneFound" : "noDocuments")));
    held?.()?.focus();
  }

  /** @returns {(() => HTMLElement|undefined)|null} Finds the button that has the focus when the rows are made anew. */
  held() {
    const { activeElement: focused } = this.list.getRootNode();
    const key = this.list.contains(focused) && focused.closest("li").dataset.key;
    if (!key) return null;
    const label = focused.getAttribute("aria-label");
    return () => {
      const row = [...this.list.children].find((each) => each.dataset.key === key);
      const buttons = [...(row?.querySelectorAll("button") ?? [])];
      return buttons.find((button) => button.getAttribute("aria-label") === label) ?? buttons[0];
    };
  }

  /** @param {string} id @param {string|null} [collection] */
  key(id, collection = this.collection) {
    return JSON.stringify([collection, id]);
  }

  /** @param {any} document */
  row(document) {
    const { t, lang, source } = this.chat;
    const collection = this.collection ?? "";
    const title = document.title ?? document.id;
    const opens = h("button.opens", { dir: "auto", "aria-label": t("openPassage", { title }) }, title);
    const place = { document_id: document.id, revision: document.revision, title: document.title };
    opens.addEventListener("click", () => source.open({ ...document.metadata, ...place }, collection, opens));
    const about = [
      document.title && document.id,
      dateWords(document.metadata.published_at, lang),
      t("indexed", { date: dateWords(document.updated_at, lang), chunks: document.chunks }),
    ];
    const labelled = { text: t("replace"), label: t("replaceOf", { title }), kind: "button.plain" };
    const replace = picker(labelled, {}, ([file]) => this.intake.replace(document, file, collection));
    const remove = h("button.plain", { "aria-label": t("deleteOf", { title }) }, t("delete"));
    remove.addEventListener("click", () => this.remove(document.id, title, collection));
    return h(
      "li",
      { "data-key": this.key(document.id) },
      h("div", {}, opens, h("span.note", { dir: "auto" }, about.filter(Boolean).join(" · "))),
      h("div.row", {}, replace, remove),
    );
  }

  /** @param {string} key @param {string} title @param {() => void} back */
  undo(key, title, back) {
    const { t } = this.chat;
    const button = h("button", { click: back }, t("undo"));
    return h("li", { role: "status", "data-key": key }, h("span", { dir: "auto" }, t("deletedSoon", { title })), button);
  }

  /** Not before the time to undo it is over. @param {string} id @param {string} title @param {string} collection */
  remove(id, title, collection) {
    const key = this.key(id, collection);
    const timer = setTimeout(async () => {
      await this.delete(id, collection);
      this.pending.delete(key);
      this.show();
    }, UNDO_SECONDS * 1000);
    const back = () => {
      clearTimeout(timer);
      this.pending.delete(key);
      this.show();
    };
    this.pending.set(key, { title, back });
    this.show();
    this.search.focus();
  }

  /** @param {string} id @param {string} collection */
  async delete(id, collection) {
    const where = collection ? `?collection=${encodeURIComponent(collection)}` : "";
    this.refused.replaceChildren();
    try {
      await this.chat.api.request(`/v1/documents/${encodeURIComponent(id)}${where}`, { method: "DELETE" });
      if (collection === this.collection) this.found = this.found.filter((document) => document.id !== id);
      this.show();
    } catch (error) {
      this.fail(error, () => this.delete(id, collection), this.refused);
    }
  }

  /** @param {unknown} error @param {() => void} again @param {HTMLElement} [place] */
  fail(error, again, place = this.trouble) {
    if (!(error instanceof Problem)) throw error;
    const { api, t } = this.chat;
    place.replaceChildren(
      error.status === 401
        ? keyForm(api, t, again)
        : h("div.notice", { role: "alert" }, this.chat.words(error), h("button", { click: again }, t("retry"))),
    );
  }
}
