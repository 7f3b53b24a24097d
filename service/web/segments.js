/** An answer's text in parts: what is cited, and what is between. */
import { cut, unitIndex } from "./codepoints.js";

/**
 * @param {string} text An answer, or as much of it as has come.
 * @param {Array<{id: string, start: number, end: number}>} citations Ranges in code points.
 * @returns {Array<{text: string, citations: any[]}>} Without the marks that follow cited sentences.
 */
export function segments(text, citations) {
  const parts = [];
  const known = new Set(citations.map(({ id }) => id));
  let done = 0;
  for (const citation of [...citations].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = parts.at(-1);
    const start = unitIndex(text, citation.start);
    if (last?.citations.length && start < done) {
      last.citations.push(citation);
      continue;
    }
    if (start > done) parts.push({ text: text.slice(done, start), citations: [] });
    const [, cited, rest] = cut(text, citation.start, citation.end);
    parts.push({ text: cited, citations: [citation] });
    done = text.length - rest.length + marks(rest, known);
  }
  if (done < text.length) parts.push({ text: text.slice(done), citations: [] });
  return parts;
}

/** @param {string} rest @param {Set<string>} known @returns {number} How long the marks at its beginning are. */
function marks(rest, known) {
  let length = 0;
  for (;;) {
    const found = /^\s?\[([^\]\s]+)\]/.exec(rest.slice(length));
    if (!found || !known.has(found[1])) return length;
    length += found[0].length;
  }
}
