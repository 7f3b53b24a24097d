/** What is being typed, over a reload of the page. */

/** @param {string} scope Whose draft. */
export function draft(scope) {
  const slot = `citewise:draft:${scope}`;
  return {
    get() {
      try {
        return sessionStorage.getItem(slot) ?? "";
      } catch {
        return "";
      }
    },
    /** @param {string} text */
    set(text) {
      try {
        sessionStorage.setItem(slot, text);
      } catch {
        // Without storage it lives as long as the page.
      }
    },
  };
}
