/** Where a key is entered, when the service asks for one. */
import { h } from "./dom.js";

/** @param {import("./api.js").Api} api @param {import("./texts.js").Translate} t @param {() => void} again */
export function keyForm(api, t, again) {
  const input = h("input", { type: "password", autocomplete: "off", required: true, spellcheck: "false" });
  return h(
    "form.notice.key",
    {
      submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!input.value.trim()) return;
        api.key = input.value.trim();
        again();
      },
    },
    h("strong", {}, t(api.key ? "keyWrong" : "keyTitle")),
    h("p", {}, t(api.usable ? "keyText" : "keySigns")),
    h("label", {}, t("key"), input),
    h("button.main", { type: "submit" }, t("use")),
  );
}
