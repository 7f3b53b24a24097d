/** One question and what became of it, on the page. */
import { Problem } from "./api.js";
import { abstained, answered, filterWords, sentences } from "./answer.js";
import { h, present } from "./dom.js";
import { editor } from "./editor.js";
import { feedback } from "./feedback.js";
import { turnMarkdown } from "./markdown.js";
import { ATTEMPTS, BUSY, countdown } from "./wait.js";

/**
 * @typedef {object} Room What is around a turn.
 * @property {import("./api.js").Api} api
 * @property {import("./answer.js").View} view
 * @property {(turn: any) => Array<{role: string, content: string}>} history
 * @property {() => void} changed Something is to be kept.
 * @property {(turn: any, question: string, filters?: any) => void} instead Asks this in its place.
 * @property {(text: string) => void} announce
 * @property {(again: () => void) => HTMLElement} keyForm
 * @property {(problem: Problem) => string} words
 * @property {((turn: any) => string)|null} link
 */

export class TurnView {
  /** @param {import("./store.js").Turn} turn @param {Room} room */
  constructor(turn, room) {
    this.turn = turn;
    this.room = room;
    /** @type {Problem|null} */
    this.problem = null;
    this.seconds = 0;
    this.former = { text: "", citations: /** @type {any[]} */ ([]), answer: /** @type {any} */ (null) };
    this.running = new AbortController();
    this.hurry = new AbortController();
    this.element = h("article.turn");
    // Whoever was interrupted by a reload reads what had come.
    if (turn.state === "asking") turn.state = "cut";
    this.render();
  }

  get busy() {
    return this.turn.state === "asking" || this.turn.state === "waiting";
  }

  /** Ask, and again when a busy service says so. */
  async run() {
    const { turn, room } = this;
    this.running.abort();
    const { signal } = (this.running = new AbortController());
    const { text, citations, answer } = turn;
    this.former = { text, citations, answer };
    for (let attempt = 1; ; attempt += 1) {
      Object.assign(turn, { state: "asking", text: "", citations: [], answer: null });
      this.problem = null;
      this.render();
      try {
        await this.read(signal);
        break;
      } catch (error) {
        if (signal.aborted) return;
        this.problem = error instanceof Problem ? error : new Problem(0, "");
        turn.state = turn.text ? "cut" : "failed";
        this.restore();
        if (!BUSY.has(this.problem.status) || attempt === ATTEMPTS) break;
        await this.waitTurn(signal);
        if (signal.aborted) return;
      }
    }
    this.render();
    room.changed();
    const t = room.view.t;
    room.announce(turn.state === "done" ? `${t("answer")}: ${turn.answer.answer}` : this.stateWords());
  }

  /** @param {AbortSignal} signal */
  async read(signal) {
    const { turn, room } = this;
    const question = {
      question: turn.question,
      history: room.history(turn),
      filters: turn.filters,
      ...(turn.collection && { collection: turn.collection }),
    };
    for await (const { name, data } of room.api.ask(question, signal)) {
      if (name === "delta") turn.text += data.text;
      else if (name === "citation") turn.citations.push(data);
      else if (name === "error") throw new Problem(data.status, data.detail);
      else if (name === "answer") {
        // Passages of an answer are not shown again, and would fill the browser's storage.
        turn.answer = data.answerable ? { ...data, passages: [] } : data;
        turn.state = "done";
      }
      if (name !== "passages") this.render();
    }
    if (!turn.answer) throw new Problem(0, "");
  }

  /** @param {AbortSignal} signal */
  async waitTurn(signal) {
    this.turn.state = "waiting";
    this.hurry = new AbortController();
    this.room.announce(this.room.words(/** @type {Problem} */ (this.problem)));
    const tell = (/** @type {number} */ left) => {
      this.seconds = left;
      if (!signal.aborted) this.render();
    };
    await countdown(Math.max(1, this.problem?.wait ?? 1), tell, AbortSignal.any([signal, this.hurry.signal]));
  }

  /** What was there before stays, where nothing new has come. */
  restore() {
    if (!this.turn.text && !this.turn.answer) Object.assign(this.turn, this.former);
  }

  stop() {
    this.running.abort();
    this.turn.state = "stopped";
    this.restore();
    this.render();
    this.room.changed();
  }

  render() {
    const { turn, room } = this;
    const { t } = room.view;
    this.element.setAttribute("data-state", turn.state);
    this.element.setAttribute("aria-busy", String(turn.state === "asking"));
    this.element.replaceChildren(
      ...present([
        h("h2.question", { dir: "auto" }, h("span.hidden", {}, `${t("you")}: `), turn.question),
        Object.keys(turn.filters).length > 0 && h("p.note", {}, filterWords(turn.filters, room.view.lang, t)),
        this.understood(),
        this.linked(),
        h("div.answer", {}, ...present(this.content())),
        this.state(),
        !this.busy && this.actions(),
      ]),
    );
  }

  understood() {
    const { turn, room } = this;
    const meant = turn.answer?.standalone_question;
    if (!meant || meant === turn.question) return null;
    const edit = h("button.plain", { "aria-label": t(room, "editQuestion") }, t(room, "edit"));
    const line = h("p.understood.note", { dir: "auto" }, `${t(room, "understood")}: `, h("q", {}, meant), " ", edit);
    edit.addEventListener("click", () => this.edit(line, meant));
    return line;
  }

  /** Whether it is still the answer that a link was made of. */
  linked() {
    const { turn, room } = this;
    if (!turn.version || !turn.answer) return null;
    const { index_version: version } = turn.answer;
    return turn.version === version
      ? h("p.note", {}, t(room, "linkSame"))
      : h("p.notice", {}, t(room, "linkChanged", { then: turn.version, now: version }));
  }

  content() {
    const { turn, room } = this;
    if (turn.answer?.answerable) return answered(turn.answer, room.view);
    if (turn.answer) return abstained(turn, room.view, () => room.instead(turn, turn.question, {}));
    return [turn.text && sentences(turn.text, turn.citations, room.view)];
  }

  stateWords() {
    const { turn, room } = this;
    if (turn.state === "asking") return t(room, turn.text ? "writing" : "asking");
    if (turn.state === "waiting")
      return t(room, this.problem?.status === 429 ? "tooMany" : "busy", { seconds: this.seconds });
    if (turn.state === "cut") return t(room, "cutOff");
    if (turn.state === "stopped") return t(room, "stopped");
    if (turn.state === "failed") return room.words(this.problem ?? new Problem(0, ""));
    return "";
  }

  state() {
    const { turn, room, problem } = this;
    if (turn.state === "done") return null;
    if (turn.state === "failed" && problem?.status === 401) return room.keyForm(() => this.run());
    if (turn.state === "failed" && problem?.status === 403)
      return h("div.state", {}, h("p", {}, this.stateWords()), room.keyForm(() => this.run()));
    const buttons = [];
    if (turn.state === "waiting") buttons.push(h("button", { click: () => this.hurry.abort() }, t(room, "now")));
    if (this.busy) buttons.push(h("button", { click: () => this.stop() }, t(room, "stop")));
    else buttons.push(h("button", { click: () => this.run() }, t(room, "retry")));
    return h(`div.state${this.busy ? "" : ".notice"}`, {}, h("p", {}, this.stateWords()), h("div.row", {}, ...buttons));
  }

  actions() {
    const { turn, room } = this;
    const row = h("div.row.actions");
    const edit = h("button.plain", {}, t(room, "editQuestion"));
    edit.addEventListener("click", () => this.edit(row, turn.question));
    row.append(edit);
    if (turn.state === "done") row.append(h("button.plain", { click: () => this.run() }, t(room, "askAgain")));
    const copied = (/** @type {() => string} */ text) => async (/** @type {Event} */ event) => {
      const button = /** @type {HTMLElement} */ (event.currentTarget);
      const done = await navigator.clipboard?.writeText(text()).then(() => true, () => false);
      button.textContent = t(room, done ? "copied" : "copyFailed");
      room.announce(button.textContent);
    };
    if (turn.text || turn.answer) {
      const text = () => `${turnMarkdown(turn, room.view.lang, room.view.t)}\n`;
      row.append(h("button.plain", { click: copied(text) }, t(room, "copy")));
    }
    const { link } = room;
    if (link) row.append(h("button.plain", { click: copied(() => link(turn)) }, t(room, turn.answer ? "linkAnswer" : "link")));
    if (turn.answer) row.append(feedback(turn, room));
    return row;
  }

  /** @param {HTMLElement} place What the editor stands for. @param {string} question */
  edit(place, question) {
    const { room, turn } = this;
    const form = editor(room.view.t, question, {
      label: t(room, "editQuestion"),
      submit: t(room, "askAgain"),
      done: (text) => room.instead(turn, text),
      cancel: () => (form.replaceWith(place), place.querySelector("button")?.focus()),
    });
    place.replaceWith(form);
    form.querySelector("textarea").focus();
  }
}

/** @param {Room} room @param {string} key @param {Record<string, string|number>} [values] */
function t(room, key, values) {
  return room.view.t(key, values);
}
