/** What is being typed, over a reload of the page. */

/** @param {string} endpoint */
export function draft(endpoint) {
  const slot = `citewise:draft:${endpoint}`;
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
