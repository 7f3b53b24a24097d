/** The chat as a whole: conversations, the one that is shown, and what is beside it. */
import { Api, Problem } from "./api.js";
import { Card } from "./card.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { draft } from "./draft.js";
import { keyForm } from "./keyform.js";
import { forget, linkTo, linked } from "./link.js";
import { sidebar } from "./sidebar.js";
import { SourcePanel } from "./source.js";
import { Store, conversation as fresh } from "./store.js";
import { translator } from "./texts.js";
import { TurnView } from "./turn.js";

// So much of a conversation is told with a follow-up, and so narrow a source covers it.
const REMEMBERED = 10;
const NARROW = 720;
const SUGGESTIONS = 4;

export class Chat {
  /**
   * @param {{endpoint: string, collection: string, key: string|null, lang: string, page: boolean, name: string}} how
   * `name` sets chats of one page apart.
   */
  constructor({ endpoint, collection, key, lang, page, name }) {
    const t = (this.t = translator(lang));
    this.lang = lang;
    this.page = page;
    this.fixed = collection;
    this.collection = collection;
    this.usual = "";
    this.api = new Api(endpoint, key);
    const scope = [this.api.endpoint, collection, name].map(encodeURIComponent).join(" ");
    this.store = new Store(scope);
    if (page) this.store.adopt(this.api.endpoint);
    /** @type {Map<string, {conversation: any, views: TurnView[]}>} Those that may still be answered. */
    this.live = new Map();
    this.card = new Card(lang, t);
    this.source = new SourcePanel(this.api, lang, t, (problem) => this.words(problem), () => this.arrange(), page);
    this.composer = composer(t, draft(scope), (question, filters) => this.ask(question, filters));
    this.sidebar = sidebar(this.store, lang, t, page, {
      show: ({ id }) => this.show(id),
      begin: () => this.show(null),
      current: () => this.current.conversation.id,
      renamed: (id, title) => this.rename(id, title),
      gone: (id) => this.gone(id),
    });
    this.current = this.enter(fresh());
    this.build();
  }

  build() {
    const { t } = this;
    this.menu = h("button.menu", { "aria-expanded": "false", click: () => this.toggle() }, t("menu"));
    this.choice = h("select", { "aria-label": t("collection"), hidden: true, change: () => this.choose() });
    this.documentsButton = this.page && h("button", { click: () => this.showDocuments() }, t("documents"));
    this.notice = h("div.notices");
    this.status = h("div.hidden", { role: "status", "aria-live": "polite" });
    this.thread = h("div.thread", { tabindex: "0", role: "group", "aria-label": t("conversation") });
    this.main = h(this.page ? "main.main" : "div.main", { "aria-label": t("title"), role: this.page ? null : "group" }, this.thread, h("div.foot", {}, this.notice, this.composer.element));
    this.root = h(
      "div.root",
      { lang: this.lang, keydown: (/** @type {KeyboardEvent} */ event) => this.key(event), dragover: missed, drop: missed },
      h(this.page ? "header.top" : "div.top", {}, this.menu, h(this.page ? "h1.title" : "h2.title", {}, t("title")), this.choice, this.documentsButton || ""),
      this.sidebar.element,
      this.main,
      this.source.element,
    );
    this.element = h("div.frame", {}, this.root, this.card.element, this.status);
    this.watching = new ResizeObserver(() => this.arrange());
  }

  begin() {
    this.watching.observe(this.element);
    this.sidebar.refresh();
    this.render();
    if (this.page) this.follow(linked());
    this.prepare();
  }

  /** @param {import("./link.js").Linked} link */
  follow({ question, collection, filters, version }) {
    if (collection) this.collection = collection;
    if (!question) return;
    forget();
    if (version === null) return this.composer.put(question, filters);
    this.ask(question, filters, version);
  }

  end() {
    this.watching.disconnect();
    for (const { views } of this.live.values()) for (const view of views) if (view.busy) view.stop();
  }

  /** @param {any} conversation */
  enter(conversation) {
    const known = this.live.get(conversation.id);
    if (known) return known;
    const entered = { conversation, views: /** @type {TurnView[]} */ ([]) };
    entered.views = conversation.turns.map((/** @type {any} */ turn) => new TurnView(turn, this.room(entered)));
    this.live.set(conversation.id, entered);
    return entered;
  }

  /** @param {{conversation: any, views: TurnView[]}} entered @returns {import("./turn.js").Room} */
  room(entered) {
    const { conversation } = entered;
    return {
      api: this.api,
      view: {
        t: this.t,
        lang: this.lang,
        card: this.card,
        usual: () => this.usual,
        open: (place, from) => this.source.open(place, collectionOf(place) || this.collection, from),
      },
      history: (turn) => history(conversation.turns.slice(0, conversation.turns.indexOf(turn))),
      changed: () => this.keep(conversation),
      instead: (turn, question, filters = turn.filters) => this.instead(entered, turn, question, filters),
      announce: (text) => this.announce(text),
      keyForm: (again) => keyForm(this.api, this.t, () => (again(), this.prepare())),
      words: (problem) => this.words(problem),
      link: this.page ? linkTo : null,
    };
  }

  /** @param {string|null} id Null for a new one. */
  show(id) {
    const stored = id && (this.live.get(id)?.conversation ?? this.store.list().find((c) => c.id === id));
    this.current = this.enter(stored || fresh());
    this.source.close();
    this.toggle(false);
    this.sidebar.refresh();
    this.render();
    this.composer.focus();
  }

  render() {
    this.documents?.element.remove();
    this.main.hidden = false;
    const { views } = this.current;
    this.card.hide();
    this.thread.replaceChildren(...(views.length ? views.map((view) => view.element) : [this.welcome()]));
    this.thread.scrollTop = views.length ? this.thread.scrollHeight : 0;
  }

  welcome() {
    const { t } = this;
    const ask = (/** @type {string} */ question) => h("li", {}, h("button.suggestion", { dir: "auto", click: () => this.ask(question, {}) }, question));
    return h(
      "div.welcome",
      {},
      h("h2.lead", {}, t("title")),
      h("p", {}, t("intro")),
      this.suggested?.length ? h("h3", {}, t("suggestions")) : "",
      this.suggested?.length ? h("ul.suggestions", {}, ...this.suggested.map(ask)) : "",
    );
  }

  /** What the service has: its collections, and what one might ask. */
  async prepare() {
    this.notice.replaceChildren();
    try {
      const { collections: found, default: usual } = await this.api.collections();
      this.usual = usual;
      this.offer(found);
      const { documents } = found.length ? await this.api.documents(this.collection) : { documents: [] };
      this.suggested = spread(titles(documents), SUGGESTIONS).map((title) => this.t("suggestion", { title }));
      const names = documents.map((/** @type {any} */ { metadata }) => metadata.source);
      this.composer.offer(/** @type {string[]} */ ([...new Set(names.filter((/** @type {any} */ n) => typeof n === "string"))].sort()));
      if (!this.current.views.length && !this.main.hidden) this.render();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 404) return;
      // A busy service says when to look again.
      if (error.wait) setTimeout(() => this.element.isConnected && this.prepare(), error.wait * 1000);
      this.notice.replaceChildren(
        error.status === 401
          ? keyForm(this.api, this.t, () => this.prepare())
          : h("div.notice.row", { role: "alert" }, this.words(error), h("button", { click: () => this.prepare() }, this.t("retry"))),
      );
    }
  }

  /** @param {Array<{name: string, documents: number}>} found */
  offer(found) {
    this.choice.replaceChildren(...found.map(({ name }) => h("option", { value: name, selected: name === this.collection }, name)));
    this.choice.hidden = Boolean(this.fixed) || found.length < 2;
    if (!this.collection && found.length) {
      const first = found.find(({ name }) => name === this.usual) ?? found[0];
      this.choice.value = this.collection = first.name;
    }
  }

  choose() {
    this.collection = this.choice.value;
    this.prepare();
    if (this.documents?.element.isConnected) this.documents.begin();
  }

  /** @param {string} question @param {Record<string, any>} filters @param {number|null} version Of a linked answer. */
  ask(question, filters, version = null) {
    const { conversation, views } = this.current;
    const turn = { question, filters, collection: this.collection, state: "new", text: "", citations: [], answer: null, version };
    // A turn that cannot be shown is not kept either.
    const view = new TurnView(turn, this.room(this.current));
    conversation.turns.push(turn);
    conversation.title ||= question.slice(0, 80);
    views.push(view);
    if (!this.notice.querySelector("form")) this.notice.replaceChildren();
    const running = view.run();
    this.keep(conversation);
    this.render();
    this.thread.scrollTop = view.element.offsetTop;
    return running;
  }

  /**
   * The last turn is replaced; an earlier one goes on in a new conversation, so that what followed stays.
   * @param {{conversation: any, views: TurnView[]}} entered @param {any} turn @param {string} question @param {any} filters
   */
  instead(entered, turn, question, filters) {
    const { conversation, views } = entered;
    const at = conversation.turns.indexOf(turn);
    if (at === conversation.turns.length - 1) {
      conversation.turns.pop();
      views.pop()?.running.abort();
      this.current = entered;
    } else {
      const before = structuredClone(conversation.turns.slice(0, at));
      this.current = this.enter({ ...fresh(before), title: conversation.title });
    }
    return this.ask(question, filters);
  }

  /** @param {any} conversation */
  keep(conversation) {
    if (!this.live.has(conversation.id) || !conversation.turns.length) return;
    conversation.changed = Date.now();
    if (!this.store.save(conversation)) this.notice.replaceChildren(h("p.notice", { role: "alert" }, this.t("notKept")));
    this.sidebar.refresh();
  }

  /** @param {string} id @param {string} title */
  rename(id, title) {
    const conversation = this.live.get(id)?.conversation ?? this.store.list().find((c) => c.id === id);
    if (!conversation) return;
    conversation.title = title;
    this.store.save(conversation);
  }

  /** @param {string} id */
  gone(id) {
    for (const view of this.live.get(id)?.views ?? []) view.running.abort();
    this.live.delete(id);
    if (this.current.conversation.id !== id) return;
    this.current = this.enter(fresh());
    this.source.close();
    this.render();
  }

  async showDocuments() {
    let view;
    try {
      view = await import("./documents.js");
    } catch {
      // The service is away, or another version of it by now.
      return this.notice.replaceChildren(h("p.notice", { role: "alert" }, this.t("incomplete")));
    }
    this.source.close();
    this.toggle(false);
    // One for good: what is being uploaded or can be taken back is still to be seen after a look at the conversation.
    this.documents ??= new view.DocumentsView(this, () => this.render());
    this.main.hidden = true;
    this.main.after(this.documents.element);
    this.documents.search.focus();
    this.documents.begin();
  }

  /** @param {boolean} [open] */
  toggle(open = this.root.dataset.menu !== "open") {
    this.root.dataset.menu = open ? "open" : "closed";
    this.menu.setAttribute("aria-expanded", String(open));
  }

  /** What covers the conversation keeps the keyboard to itself. */
  arrange() {
    const covered = !this.source.element.hidden && this.element.clientWidth < NARROW;
    // The parts of the page remain, for who looks through it by them.
    const around = [this.menu, this.choice, this.documentsButton, this.sidebar.element];
    const parts = [...around, ...this.main.children, ...(this.documents?.element.children ?? [])];
    for (const part of parts) if (part) part.inert = covered;
    this.root.dataset.source = this.source.element.hidden ? "closed" : "open";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape") return;
    if (!this.card.element.hidden) this.card.hide();
    else if (this.root.dataset.menu === "open") (this.toggle(false), this.menu.focus());
    else this.source.close();
  }

  /** @param {string} text */
  announce(text) {
    this.status.textContent = text;
  }

  /** @param {Problem} problem */
  words({ status, message: detail }) {
    const { t } = this;
    if (status === 0) return t("away");
    if (status === 401) return t("keyTitle");
    if (status === 403) return t("forbidden", { detail });
    if (status === 429 || status === 503) return t("stillBusy");
    return t(status === 422 ? "invalid" : "failed", { detail });
  }
}

/** A file that is let go where none is taken would be opened in the page's place. @param {DragEvent} event */
function missed(event) {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}

/** @param {any[]} turns */
function history(turns) {
  return turns
    .filter(({ answer }) => answer)
    .slice(-REMEMBERED)
    .flatMap(({ question, answer }) => [
      { role: "user", content: question },
      { role: "assistant", content: answer.answer },
    ]);
}

/** @param {any} place @returns {string} The collection that a turn's place is of, if it says. */
function collectionOf(place) {
  const from = place.url && new URL(place.url, location.href).searchParams.get("collection");
  return from || place.collection || "";
}

/** @param {any[]} documents @returns {string[]} */
function titles(documents) {
  return [...new Set(documents.map(({ title }) => title).filter((title) => title && title.length < 90))];
}

/** @template T @param {T[]} items @param {number} count @returns {T[]} Some from all over. */
function spread(items, count) {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, at) => at % step === 0).slice(0, count);
}
