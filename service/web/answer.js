/** An answer on the page: sentences with their marks, an abstention, conflicts. */
import { h } from "./dom.js";
import { segments } from "./segments.js";
import { confidenceWords, dateWords, lastDay, placeWords } from "./words.js";

/** @typedef {{lang: string, t: import("./texts.js").Translate, open: (place: any, from: HTMLElement) => void,
 *   usual: () => string, card: import("./card.js").Card}} View `usual` is the collection meant where none is named. */

/** @param {string} text @param {any[]} citations @param {View} view */
export function sentences(text, citations, view) {
  const body = h("p.sentences", { dir: "auto" });
  for (const part of segments(text, citations)) {
    body.append(part.citations.length ? h("span.cited", {}, part.text) : part.text);
    for (const citation of part.citations)
      citation.sources.forEach((/** @type {any} */ source, /** @type {number} */ at) => {
        const label = citation.sources.length > 1 ? `${citation.id}${String.fromCodePoint(97 + at)}` : citation.id;
        body.append(mark(label, source, view));
      });
  }
  return body;
}

/** @param {string} label @param {any} source @param {View} view */
function mark(label, source, { t, open, card }) {
  const title = source.title ?? source.document_id;
  const button = h("button.mark", { "aria-label": t("openSource", { id: label, title }) }, label);
  card.follow(button, source);
  button.addEventListener("click", () => open(source, button));
  return button;
}

/** @param {any} answer @param {View} view */
export function answered(answer, view) {
  const { t } = view;
  const short = answer.short_answer;
  return [
    short && h("p.short", { dir: "auto" }, h("span.hidden", {}, `${t("inShort")}: `), short),
    sentences(answer.answer, answer.citations, view),
    conflicts(answer.conflicts, view),
    h(
      "p.support",
      { "data-level": answer.confidence >= 0.75 ? "high" : answer.confidence >= 0.5 ? "middle" : "low" },
      confidenceWords(answer.confidence, t),
      answer.composer !== "extractive" && `, ${t("generated")}`,
    ),
  ];
}

/** @param {any[]} found @param {View} view */
function conflicts(found, { t, lang, open }) {
  if (!found.length) return null;
  const side = (/** @type {any} */ { figure, source }) => {
    const title = source.title ?? source.document_id;
    const opens = h("button.plain", { "aria-label": t("openPassage", { title }) }, h("bdi", {}, title));
    opens.addEventListener("click", () => open(source, opens));
    return h(
      "li.side",
      {},
      h("strong.figure", { dir: "auto" }, figure),
      h("span.when", {}, placeWords(source, lang, t) || t("undated")),
      h("blockquote", { dir: "auto" }, source.cited_text),
      opens,
    );
  };
  return h(
    "section.conflicts",
    { "aria-label": t("conflicts") },
    h("h3", {}, t("conflicts")),
    h("p.note", {}, t("conflictsText")),
    found.map(({ sides }) => h("ul.sides", {}, ...sides.map(side))).reduce((all, list) => (all.append(list), all), h("div")),
  );
}

/**
 * @param {import("./store.js").Turn} turn @param {View} view
 * @param {() => void} unfiltered Asks again without filters.
 */
export function abstained(turn, view, unfiltered) {
  const { t, lang } = view;
  const { abstention, passages, answer } = turn.answer;
  // A courtesy: nothing was searched for it.
  if (abstention.detail === answer) return [h("p", { dir: "auto" }, answer)];
  const documents = new Set(passages.map((/** @type {any} */ p) => p.document_id)).size;
  const filtered = Object.keys(turn.filters).length > 0;
  const tries = ["try_words", "try_narrow", "try_collection"];
  return [
    h("h3.refusal", {}, t("abstained")),
    h("p", {}, t(abstention.reason)),
    h("p.note", { dir: "auto" }, abstention.detail || answer),
    h(
      "p.note",
      {},
      t("searched", { where: turn.collection || view.usual(), passages: passages.length, documents }),
      filtered && ` ${t("searchedFilters", { filters: filterWords(turn.filters, lang, t) })}`,
    ),
    passages.length ? nearest(passages.slice(0, 3), turn.collection, view) : h("p.note", {}, t("noPassages")),
    h("h4", {}, t("try")),
    h("ul.tries", {}, ...(filtered ? ["try_filters"] : tries).map((key) => h("li", {}, t(key)))),
    filtered && h("button", { click: unfiltered }, t("removeFilters")),
  ];
}

/** @param {any[]} passages @param {string} collection @param {View} view */
function nearest(passages, collection, { t, open }) {
  const items = passages.map((passage) => {
    const title = passage.title ?? passage.document_id;
    const place = { ...passage, collection, start_char_index: passage.start, end_char_index: passage.end, cited_text: passage.text };
    // What it says is its name: speech opens what is read aloud.
    const opens = h("button.passage", {}, h("strong", { dir: "auto" }, title), " ", h("span", { dir: "auto" }, passage.text));
    opens.addEventListener("click", () => open(place, opens));
    return h("li", {}, opens);
  });
  return h("div", {}, h("h4", {}, t("nearest")), h("ul.passages", {}, ...items));
}

/** @param {Record<string, any>} filters @param {string} lang @param {import("./texts.js").Translate} t */
export function filterWords(filters, lang, t) {
  const { source, published_at: published } = filters;
  return [
    source && `${t("sourceName")}: ${source}`,
    published?.gte && `${t("from")}: ${dateWords(published.gte, lang)}`,
    published?.lt && `${t("until")}: ${dateWords(lastDay(published.lt), lang)}`,
  ]
    .filter(Boolean)
    .join(", ");
}
