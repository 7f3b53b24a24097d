/** `<citewise-chat>`: the chat, on the service's own page and in others'. */
import { Chat } from "./chat.js";
import { sheet } from "./styles.js";
import { language } from "./texts.js";

/**
 * Attributes: `endpoint`, the service's address (default: where this script came from); `collection`, the
 * only one that is asked; `lang`; `api-key`, which every reader of the page can see; `page`, for the whole window.
 * What is typed and asked is kept by endpoint, collection and `id`, or without one by the order on the page.
 */
class CitewiseChat extends HTMLElement {
  static observedAttributes = ["endpoint", "collection", "lang"];

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    this.begin();
  }

  disconnectedCallback() {
    this.chat?.end();
  }

  /** @param {string} _ @param {string|null} before @param {string|null} after */
  attributeChangedCallback(_, before, after) {
    if (this.chat && this.isConnected && before !== after) this.begin();
  }

  /** Where among the chats of its page it stands; nothing for the first. */
  get place() {
    const chats = /** @type {ParentNode} */ (this.getRootNode()).querySelectorAll("citewise-chat");
    return String([...chats].indexOf(this) || "");
  }

  begin() {
    this.chat?.end();
    const wanted = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    this.chat = new Chat({
      endpoint: new URL(this.getAttribute("endpoint") || new URL("..", import.meta.url), document.baseURI).href,
      collection: this.getAttribute("collection") ?? "",
      key: this.getAttribute("api-key"),
      lang: language(wanted),
      page: this.hasAttribute("page"),
      name: this.id || this.place,
    });
    this.shadowRoot?.replaceChildren(this.chat.element);
    this.chat.begin();
  }
}

if (!customElements.get("citewise-chat")) customElements.define("citewise-chat", CitewiseChat);
