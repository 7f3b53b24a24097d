/** Answers as Markdown, their sources as footnotes. */
import { placeWords } from "./words.js";
import { segments } from "./segments.js";

/** @param {string} text @returns {string} As text, whatever it looks like. */
const plain = (text) => text.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&");
/** @param {string} text */
const line = (text) => plain(text).replace(/\s+/g, " ").trim();

/**
 * @param {import("./store.js").Turn} turn @param {string} lang @param {import("./texts.js").Translate} t
 * @param {string} [prefix] Sets the footnotes of this turn apart from those of others.
 */
export function turnMarkdown(turn, lang, t, prefix = "") {
  const citations = turn.answer?.citations ?? turn.citations;
  const body = segments(turn.answer?.answer ?? turn.text, citations)
    .map((part) => plain(part.text) + part.citations.map(({ id }) => `[^${prefix}${id}]`).join(""))
    .join("");
  const notes = citations.map(({ id, sources }) => {
    const cited = sources.map((/** @type {any} */ source) => {
      const where = { id: line(source.document_id), revision: source.revision, start: source.start_char_index, end: source.end_char_index };
      const about = [line(source.title ?? source.document_id), placeWords(source, lang, t)].filter(Boolean).join(", ");
      return `${about}: “${line(source.cited_text)}” (${t("footnote", where)})`;
    });
    return `[^${prefix}${id}]: ${cited.join("; ")}`;
  });
  return [body.trim(), ...(notes.length ? [notes.join("\n")] : [])].join("\n\n");
}

/** @param {import("./store.js").Conversation} conversation @param {string} lang @param {import("./texts.js").Translate} t */
export function conversationMarkdown(conversation, lang, t) {
  const turns = conversation.turns.map(
    (turn, at) => `## ${line(turn.question)}\n\n${turnMarkdown(turn, lang, t, `${at + 1}-`)}`,
  );
  return `# ${line(conversation.title || t("untitled"))}\n\n${turns.join("\n\n")}\n`;
}
