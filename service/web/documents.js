/** The documents: what there is, what is added, what is deleted. */
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { keyForm } from "./keyform.js";
import { upload } from "./upload.js";
import { dateWords } from "./words.js";

const PAGE = 50;
// So long a deletion can be taken back.
const UNDO_SECONDS = 8;

export class DocumentsView {
  /** @param {import("./chat.js").Chat} chat @param {() => void} back */
  constructor(chat, back) {
    const { t } = (this.chat = chat);
    this.found = /** @type {any[]} */ ([]);
    this.cursor = "";
    /** @type {Map<string, () => void>} Deletions that wait, by document. */
    this.pending = new Map();
    this.state = h("p.note");
    this.trouble = h("div");
    this.uploads = h("ul.uploads", { "aria-live": "polite" });
    this.list = h("ul.rows");
    this.search = h("input", { type: "search", dir: "auto", input: () => this.show() });
    this.more = h("button", { hidden: true, click: () => this.load() }, t("more"));
    const chooses = (/** @type {string} */ label, /** @type {Record<string, boolean>} */ how) => {
      const files = h("input.hidden", { type: "file", tabindex: "-1", "aria-label": label, ...how });
      // A copy, since clearing the field, so that the same file can be chosen again, clears the list too.
      files.addEventListener("change", () => (this.add([...files.files]), (files.value = "")));
      return h("span", {}, h("button", { click: () => files.click() }, label), files);
    };
    const row = h("div.row", {}, chooses(t("choose"), { multiple: true }), chooses(t("chooseFolder"), { webkitdirectory: true }));
    this.drop = h("div.drop", {}, t("drop"), row);
    this.accept();
    this.element = h(
      "main.documents",
      { "aria-label": t("documents") },
      h("div.row", {}, h("h2.question", {}, t("documents")), h("button.plain", { click: back }, t("backToChat"))),
      this.state,
      this.trouble,
      this.drop,
      this.uploads,
      h("label.find", {}, t("searchDocuments"), this.search),
      this.list,
      this.more,
    );
  }

  begin() {
    this.found = [];
    this.cursor = "";
    this.search.focus();
    return this.load();
  }

  async load() {
    const { api, collection, t } = this.chat;
    this.trouble.replaceChildren();
    try {
      const collections = await api.collections();
      const here = collections.find((/** @type {any} */ { name }) => name === (collection || "default"));
      this.state.textContent = t("state", { documents: here?.documents ?? 0, version: here?.index_version ?? 0 });
      if (!here) return this.show();
      const { documents, next_cursor: next } = await api.documents(collection, PAGE, this.cursor);
      this.found.push(...documents);
      this.cursor = next ?? "";
      this.more.hidden = !next;
      return this.show();
    } catch (error) {
      return this.fail(error, () => this.load());
    }
  }

  show() {
    const { t } = this.chat;
    const wanted = this.search.value.trim().toLowerCase();
    const shown = this.found.filter(
      ({ id, title }) => !this.pending.has(id) && `${title ?? ""}\n${id}`.toLowerCase().includes(wanted),
    );
    this.list.replaceChildren(...shown.map((document) => this.row(document)));
    for (const id of this.pending.keys()) this.list.prepend(this.undo(id));
    if (!shown.length && !this.pending.size)
      this.list.append(h("li.note", {}, t(this.found.length ? "noneFound" : "noDocuments")));
  }

  /** @param {any} document */
  row(document) {
    const { t, lang, source, collection } = this.chat;
    const title = document.title ?? document.id;
    const opens = h("button.opens", { dir: "auto", "aria-label": t("openPassage", { title }) }, title);
    const place = { document_id: document.id, revision: document.revision, title: document.title };
    opens.addEventListener("click", () => source.open({ ...place, ...document.metadata }, collection, opens));
    const about = [document.title && document.id, dateWords(document.metadata.published_at, lang)].filter(Boolean).join(" · ");
    const remove = h("button.plain", { "aria-label": t("deleteOf", { title }) }, t("delete"));
    remove.addEventListener("click", () => this.remove(document.id));
    return h("li", {}, h("div", {}, opens, h("span.note", { dir: "auto" }, about)), remove);
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
        this.fail(error, () => this.load());
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

  accept() {
    const over = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      this.drop.toggleAttribute("data-over", on);
    };
    this.drop.addEventListener("dragover", over(true));
    this.drop.addEventListener("dragleave", over(false));
    this.drop.addEventListener("drop", (/** @type {DragEvent} */ event) => {
      over(false)(event);
      this.add([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** One after the other: the service takes changes in turn anyway. @param {File[]} files */
  async add(files) {
    const { api, collection, t } = this.chat;
    const waiting = files.map((file) => {
      const said = h("span.note", {}, t("uploading", { percent: 0 }));
      this.uploads.prepend(h("li", {}, h("span", { dir: "auto" }, file.webkitRelativePath || file.name), said));
      return { file, said };
    });
    for (const { file, said } of waiting) {
      const tell = (/** @type {number} */ percent) =>
        (said.textContent = percent < 100 ? t("uploading", { percent }) : t("reading"));
      try {
        const { documents, failed } = await upload(api, file, collection, tell);
        const outcomes = [...new Set(documents.map((/** @type {any} */ { outcome }) => outcome))].map((o) => t(outcome(o)));
        said.textContent = [...outcomes, ...failed.map((/** @type {any} */ f) => t("uploadFailed", { detail: f.reason }))].join(" · ");
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        said.textContent = t("uploadFailed", { detail: error.message || this.chat.words(error) });
      }
    }
    await this.begin();
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

/** @param {string} said */
function outcome(said) {
  return said === "added" || said === "unchanged" ? said : "replaced";
}
