/** The service counts code points, JavaScript UTF-16 units. */

/**
 * @param {string} text
 * @param {number} point Index in code points.
 * @param {number} [unit] Where to begin, in units.
 * @returns {number} The index in units, at most the text's length.
 */
export function unitIndex(text, point, unit = 0) {
  for (let left = point; left > 0 && unit < text.length; left -= 1)
    unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
  return unit;
}

/**
 * @param {string} text
 * @param {number} start In code points.
 * @param {number} end In code points.
 * @returns {[string, string, string]} What is before, in and after the range.
 */
export function cut(text, start, end) {
  const from = unitIndex(text, start);
  const to = unitIndex(text, end - start, from);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}
