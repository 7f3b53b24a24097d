/** The service over HTTP. */
import { events } from "./sse.js";

/** A refusal of the service, or status 0 where it cannot be reached. */
export class Problem extends Error {
  /** @param {number} status @param {string} detail @param {number} [wait] Seconds until it is worth asking again. */
  constructor(status, detail, wait = 0) {
    super(detail);
    this.status = status;
    this.wait = wait;
  }
}

/**
 * @param {number} status @param {string} reason @param {string|null} later What the service says of when to ask again.
 * @param {any} body Of problem+json, or null.
 */
export function refusal(status, reason, later, body) {
  return new Problem(status, body?.detail ?? reason, Math.max(0, Number(later) || 0));
}

/** Where a request broke off the service cannot be reached, unless its sender stopped it. @param {unknown} error @param {AbortSignal} [signal] */
const broken = (error, signal) => (signal?.aborted ? error : new Problem(0, ""));

/** One service, with the key that this tab was given for it. */
export class Api {
  /** @param {string} endpoint @param {string|null} key */
  constructor(endpoint, key) {
    this.endpoint = endpoint.replace(/\/+$/, "");
    this.slot = `citewise:key:${this.endpoint}`;
    this.given = key;
  }

  get key() {
    try {
      return sessionStorage.getItem(this.slot) ?? this.given;
    } catch {
      return this.given;
    }
  }

  /** @param {string} key */
  set key(key) {
    this.given = key;
    try {
      sessionStorage.setItem(this.slot, key);
    } catch {
      // A page without storage keeps it as long as it is open.
    }
  }

  /** What a request says of the key. @returns {Record<string, string>} */
  get authorization() {
    if (!this.key) return {};
    // No header carries it, so it cannot be right.
    if (!this.usable) throw new Problem(401, "");
    return { authorization: `Bearer ${this.key}` };
  }

  get usable() {
    return /^[\x21-\x7e]*$/.test(this.key ?? "");
  }

  /**
   * @param {string} path
   * @param {{method?: string, json?: any, body?: any, signal?: AbortSignal, keepalive?: boolean}} [how]
   * @returns {Promise<Response>} An answer with a good status.
   */
  async request(path, { json, ...how } = {}) {
    const headers = new Headers(this.authorization);
    if (json !== undefined) headers.set("content-type", "application/json");
    let response;
    try {
      response = await fetch(this.endpoint + path, {
        ...how,
        headers,
        credentials: "omit",
        ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }),
      });
    } catch (error) {
      throw broken(error, how.signal);
    }
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    throw refusal(response.status, response.statusText, response.headers.get("retry-after"), body);
  }

  /**
   * A body may break off, or be of something else that answers in the service's place.
   * @param {string} path @param {AbortSignal} [signal] @param {(response: Response) => Promise<any>} [read]
   */
  async whole(path, signal, read = (response) => response.json()) {
    const response = await this.request(path, { signal });
    try {
      return await read(response);
    } catch (error) {
      throw broken(error, signal);
    }
  }

  /** @param {any} question @param {AbortSignal} signal */
  async *ask(question, signal) {
    const response = await this.request("/v1/answers", { json: { ...question, stream: true }, signal });
    yield* events(/** @type {ReadableStream<Uint8Array>} */ (response.body));
  }

  /**
   * @param {string} id @param {string|null} revision Null for the current one.
   * @param {string} collection @param {AbortSignal} [signal]
   * @returns {Promise<string>}
   */
  async text(id, revision, collection, signal) {
    const where = new URLSearchParams({ ...(revision && { revision }), ...(collection && { collection }) });
    return this.whole(`/v1/documents/${encodeURIComponent(id)}/text?${where}`, signal, (response) => response.text());
  }

  /** @param {string} id @param {string} collection @param {AbortSignal} [signal] */
  async document(id, collection, signal) {
    const where = new URLSearchParams({ ...(collection && { collection }) });
    return this.whole(`/v1/documents/${encodeURIComponent(id)}?${where}`, signal);
  }

  /** @param {AbortSignal} [signal] */
  async collections(signal) {
    return this.whole("/v1/collections", signal);
  }

  /** @param {string} collection @param {number} [limit] @param {string} [cursor] @param {AbortSignal} [signal] */
  async documents(collection, limit = 100, cursor = "", signal) {
    const where = new URLSearchParams({ limit: String(limit), ...(collection && { collection }), ...(cursor && { cursor }) });
    return this.whole(`/v1/documents?${where}`, signal);
  }

  /** @param {any} answer @param {any} opinion @param {string} collection */
  async judge(answer, opinion, collection) {
    try {
      await this.request(`/v1/answers/${encodeURIComponent(answer.id)}/feedback`, { json: opinion });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      // The server has forgotten the answer, so it is told what it was.
      const cited = answer.citations.flatMap((/** @type {any} */ { sources }) =>
        sources.map((/** @type {any} */ s) => ({
          document_id: s.document_id,
          revision: s.revision,
          start: s.start_char_index,
          end: s.end_char_index,
        })),
      );
      const body = { ...opinion, answer: answer.id, question: answer.question, cited };
      await this.request("/v1/feedback", { json: collection ? { ...body, collection } : body });
    }
  }
}
