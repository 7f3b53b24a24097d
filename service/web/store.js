/** Conversations, in this browser alone. */

/**
 * @typedef {{question: string, filters: Record<string, any>, collection: string, state: string,
 *   text: string, citations: any[], answer: any, version?: number|null}} Turn
 * `version` is that of the index in a link which the turn was asked by.
 * @typedef {{id: string, title: string, changed: number, turns: Turn[]}} Conversation
 */

/** Every change reads and writes the one conversation, so tabs and widgets do not undo each other's. */
export class Store {
  /** @param {string} scope Whose conversations, without a colon. */
  constructor(scope) {
    this.prefix = `citewise:conversation:${scope}:`;
    /** @type {Map<string, Conversation>} What this page has written, if the browser keeps nothing. */
    this.unkept = new Map();
  }

  /** @returns {Conversation[]} The one changed last comes first. */
  list() {
    const found = new Map(this.unkept);
    for (const key of this.keys()) {
      const conversation = read(key);
      if (conversation) found.set(conversation.id, conversation);
    }
    return [...found.values()].sort((a, b) => b.changed - a.changed);
  }

  /** @param {Conversation} conversation @returns {boolean} Whether the browser kept it. */
  save(conversation) {
    try {
      localStorage.setItem(this.prefix + conversation.id, JSON.stringify(conversation));
      this.unkept.delete(conversation.id);
      return true;
    } catch {
      this.unkept.set(conversation.id, conversation);
      return false;
    }
  }

  /** @param {string} id */
  delete(id) {
    this.unkept.delete(id);
    try {
      localStorage.removeItem(this.prefix + id);
    } catch {
      // Nothing is kept where there is no storage.
    }
  }

  /** Take over what was kept when a service's conversations were not told apart. @param {string} endpoint */
  adopt(endpoint) {
    const former = `citewise:conversation:${endpoint}:`;
    try {
      for (const key of this.keys(former)) {
        localStorage.setItem(this.prefix + key.slice(former.length), localStorage.getItem(key) ?? "");
        localStorage.removeItem(key);
      }
    } catch {
      // A full storage keeps them where they are.
    }
  }

  keys(prefix = this.prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  }
}

/** @param {string} key @returns {Conversation|null} */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Turn[]} [turns] @returns {Conversation} */
export function conversation(turns = []) {
  // randomUUID is not there on a page without TLS.
  const id = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");
  return { id, title: "", changed: Date.now(), turns };
}
