/** The conversations of this browser. */
import { h } from "./dom.js";
import { conversationMarkdown } from "./markdown.js";

/**
 * @param {import("./store.js").Store} store @param {string} lang @param {import("./texts.js").Translate} t
 * @param {boolean} page Whether it is a part of a page by itself; those of a widget are no landmarks of the site's.
 * @param {{show: (conversation: any) => void, begin: () => void, current: () => string,
 *   renamed: (id: string, title: string) => void, gone: (id: string) => void}} what
 */
export function sidebar(store, lang, t, page, { show, begin, current, renamed, gone }) {
  const list = h("ul.list");
  const undo = h("div.undo", { role: "status" });
  const begins = h("button.begin", { click: begin }, t("newConversation"));
  const element = h(page ? "nav.sidebar" : "div.sidebar", { "aria-label": t("conversations"), role: page ? null : "group" }, begins, list, undo);

  function refresh() {
    const found = store.list();
    list.replaceChildren(...found.map(item));
    if (!found.length) list.append(h("li.note", {}, t("noConversations")));
  }

  /** @param {import("./store.js").Conversation} conversation */
  function item(conversation) {
    const title = conversation.title || t("untitled");
    const action = (/** @type {string} */ key, /** @type {(from: HTMLElement) => void} */ act) => {
      const button = h("button.plain", { "aria-label": t(`${key}Of`, { title }) }, t(key));
      button.addEventListener("click", () => act(row));
      return button;
    };
    const opens = h("button.opens", { dir: "auto", click: () => show(conversation) }, title);
    if (conversation.id === current()) opens.setAttribute("aria-current", "true");
    const row = h(
      "li",
      {},
      opens,
      h(
        "div.row",
        {},
        action("rename", (from) => rename(conversation, from)),
        action("export", () => download(conversation)),
        action("delete", () => remove(conversation)),
      ),
    );
    return row;
  }

  /** @param {import("./store.js").Conversation} conversation @param {HTMLElement} row */
  function rename(conversation, row) {
    const input = h("input", { type: "text", dir: "auto", "aria-label": t("renameOf", { title: conversation.title }) });
    input.value = conversation.title;
    const done = () => {
      renamed(conversation.id, input.value.trim() || conversation.title);
      refresh();
    };
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") done();
      if (event.key === "Escape") (event.stopPropagation(), refresh());
    });
    row.replaceChildren(input, h("div.row", {}, h("button.plain", { click: done }, t("rename")), h("button.plain", { click: refresh }, t("cancel"))));
    input.select();
  }

  /** @param {import("./store.js").Conversation} conversation */
  function remove(conversation) {
    store.delete(conversation.id);
    gone(conversation.id);
    refresh();
    const back = () => {
      store.save(conversation);
      undo.replaceChildren();
      refresh();
    };
    const title = conversation.title || t("untitled");
    undo.replaceChildren(h("span", {}, t("deleted", { title })), h("button.plain", { click: back }, t("undo")));
    begins.focus();
  }

  /** @param {import("./store.js").Conversation} conversation */
  function download(conversation) {
    const text = conversationMarkdown(conversation, lang, t);
    const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
    const name = (conversation.title || "conversation").replace(/[^\p{L}\p{N} -]/gu, "").trim().slice(0, 60);
    h("a", { href: address, download: `${name || "conversation"}.md` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  return { element, refresh };
}
