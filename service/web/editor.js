/** A text to change in its place. */
import { h } from "./dom.js";

/**
 * @param {import("./texts.js").Translate} t @param {string} text
 * @param {{label: string, submit: string, done: (text: string) => void, cancel: () => void, empty?: boolean}} how
 */
export function editor(t, text, { label, submit, done, cancel, empty = false }) {
  const area = h("textarea", { "aria-label": label, rows: 2, dir: "auto", maxlength: 4000 });
  area.value = text;
  const send = () => (area.value.trim() || empty) && done(area.value.trim());
  const form = h(
    "form.editor",
    { submit: (/** @type {Event} */ event) => (event.preventDefault(), send()) },
    area,
    h("div.row", {}, h("button.main", { type: "submit" }, submit), h("button", { click: cancel }, t("cancel"))),
  );
  area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") (event.stopPropagation(), cancel());
    if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), send());
  });
  return form;
}
