/** Building elements. Whatever is given as a child becomes text, never markup. */

/**
 * @param {string} spec Tag with classes: `button.mark.first`.
 * @param {Record<string, any>} [given] Attributes; functions are listeners of that event; false and null are left out.
 * @param {...(Node|string|number|null|undefined|false)} children
 * @returns {any} The element.
 */
export function h(spec, given = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * @param {Array<any>} children
 * @returns {Array<Node|string>} Those that are there.
 */
export function present(children) {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
