/** An answer's text in parts: what is cited, and what is between. */
import { cut, unitIndex } from "./codepoints.js";

/**
 * @param {string} text An answer, or as much of it as has come.
 * @param {Array<{id: string, start: number, end: number}>} citations Ranges in code points.
 * @returns {Array<{text: string, citations: any[]}>} Without the marks that follow cited sentences.
 */
export function segments(text, citations) {
  const parts = [];
  let done = 0;
  let cited = 0;
  for (const citation of [...citations].sort((a, b) => a.start - b.start || a.end - b.end)) {
    let part = parts.at(-1);
    const start = unitIndex(text, citation.start);
    if (part?.citations.length && start < done) {
      part.citations.push(citation);
    } else {
      if (start > done) parts.push({ text: text.slice(done, start), citations: [] });
      const [, sentence, rest] = cut(text, citation.start, citation.end);
      part = { text: sentence, citations: [citation] };
      parts.push(part);
      cited = text.length - rest.length;
    }
    done = cited + marks(text.slice(cited), part.citations);
  }
  if (done < text.length) parts.push({ text: text.slice(done), citations: [] });
  return parts;
}

/**
 * @param {string} rest @param {Array<{id: string}>} citations
 * @returns {number} How long their marks at its beginning are; each stands there once.
 */
function marks(rest, citations) {
  const awaited = new Set(citations.map(({ id }) => id));
  let length = 0;
  for (;;) {
    const found = /^\s?\[([^\]\s]+)\]/.exec(rest.slice(length));
    if (!found || !awaited.delete(found[1])) return length;
    length += found[0].length;
  }
}
