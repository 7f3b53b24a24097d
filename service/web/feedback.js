/** Thumbs for an answer, with words if one likes. */
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { editor } from "./editor.js";

/** @param {import("./store.js").Turn} turn @param {import("./turn.js").Room} room */
export function feedback(turn, room) {
  const { t } = room.view;
  const place = h("div.feedback");
  const buttons = [
    ["up", t("helpful")],
    ["down", t("unhelpful")],
  ].map(([rating, label]) => {
    const button = h("button.plain", {}, label);
    button.addEventListener("click", () => say(rating));
    return button;
  });
  place.append(...buttons);

  /** @param {string} rating @param {string} [comment] @param {string} [trouble] */
  function say(rating, comment = "", trouble = "") {
    const form = editor(t, comment, {
      label: t("comment"),
      submit: t("send"),
      empty: true,
      done: (text) => send(rating, text),
      cancel: () => place.replaceChildren(...buttons),
    });
    const area = form.querySelector("textarea");
    area.placeholder = t("comment");
    place.replaceChildren(...(trouble ? [h("p.notice", { role: "alert" }, trouble)] : []), form);
    area.focus();
  }

  /** @param {string} rating @param {string} comment */
  async function send(rating, comment) {
    try {
      await room.api.judge(turn.answer, { rating, ...(comment && { comment }) }, turn.collection);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(rating, comment, t("feedbackFailed"));
      return;
    }
    place.replaceChildren(h("span.note", { role: "status" }, t("thanks")));
  }
  return place;
}
