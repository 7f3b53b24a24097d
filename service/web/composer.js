/** Where a question is typed, and what it is asked of. */
import { h } from "./dom.js";
import { lastDay } from "./words.js";

/**
 * @param {import("./texts.js").Translate} t
 * @param {{get: () => string, set: (text: string) => void}} draft
 * @param {(question: string, filters: Record<string, any>) => void} ask
 */
export function composer(t, draft, ask) {
  const area = h("textarea.question-box", {
    "aria-label": t("question"),
    "aria-describedby": "keys",
    placeholder: t("placeholder"),
    rows: 1,
    dir: "auto",
    maxlength: 4000,
  });
  area.value = draft.get();
  const source = h("input", { type: "text", list: "sources", dir: "auto", autocomplete: "off" });
  const from = h("input", { type: "date" });
  const until = h("input", { type: "date" });
  const sources = h("datalist", { id: "sources" });
  const summary = h("summary", {}, t("filters"));
  const marked = () => (summary.textContent = t(Object.keys(filters()).length ? "filtersOn" : "filters"));
  const clear = () => {
    for (const input of [source, from, until]) input.value = "";
    marked();
  };

  function filters() {
    const published = { ...(from.value && { gte: from.value }), ...(until.value && { lt: dayAfter(until.value) }) };
    return {
      ...(source.value.trim() && { source: source.value.trim() }),
      ...(Object.keys(published).length && { published_at: published }),
    };
  }

  function send() {
    const question = area.value.trim();
    if (!question) return area.focus();
    area.value = "";
    draft.set("");
    return ask(question, filters());
  }

  area.addEventListener("input", () => draft.set(area.value));
  area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  const label = (/** @type {string} */ key, /** @type {HTMLElement} */ input) => h("label", {}, t(key), input);
  const element = h(
    "form.composer",
    { submit: (/** @type {Event} */ event) => (event.preventDefault(), send()) },
    h("div.box", {}, area, h("button.main", { type: "submit" }, t("ask"))),
    h(
      "div.row.below",
      {},
      h(
        "details.filters",
        { input: marked },
        summary,
        h(
          "div.fields",
          {},
          label("sourceName", source),
          label("from", from),
          label("until", until),
          h("button", { click: clear }, t("clear")),
        ),
        sources,
      ),
      h("span.note.keys", { id: "keys" }, t("keys")),
    ),
  );
  return {
    element,
    focus: () => area.focus(),
    clear,
    /** @param {string} text @param {Record<string, any>} filters */
    put(text, { source: name = "", published_at: published }) {
      area.value = text;
      draft.set(text);
      source.value = name;
      from.value = published?.gte?.slice(0, 10) ?? "";
      until.value = published?.lt ? lastDay(published.lt) : "";
      marked();
      area.focus();
    },
    /** @param {string[]} names */
    offer(names) {
      sources.replaceChildren(...names.map((value) => h("option", { value })));
    },
  };
}

/** @param {string} day */
function dayAfter(day) {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
