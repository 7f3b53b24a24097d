/**
 * Links to the page. The service keeps no answers, but the same question of the same index has the same
 * answer: a link to one says what to ask, and which version of the index answered.
 */

const DAY = /^\d{4}-\d\d-\d\d/;

/**
 * @typedef {{question: string, collection: string, filters: Record<string, any>, version: number|null}} Linked
 * With a version it is of an answer, and asked at once.
 */

/** @param {import("./store.js").Turn} turn @returns {string} */
export function linkTo({ question, collection, filters, answer }) {
  const query = new URLSearchParams({
    // A follow-up stands alone in a link.
    q: answer?.standalone_question ?? question,
    ...(collection && { collection }),
    ...(Object.keys(filters).length && { filters: JSON.stringify(filters) }),
    ...(answer && { version: String(answer.index_version) }),
  });
  return `${location.origin}${location.pathname}?${query}`;
}

/** @returns {Linked} What the page's address asks for. */
export function linked() {
  const asked = new URLSearchParams(location.search);
  const version = Number(asked.get("version"));
  return {
    question: asked.get("q") ?? "",
    collection: asked.get("collection") ?? "",
    filters: parsed(asked.get("filters") ?? "{}"),
    version: Number.isInteger(version) && version > 0 ? version : null,
  };
}

/** A reload asks nothing again. */
export function forget() {
  const lang = new URLSearchParams(location.search).get("lang");
  history.replaceState(null, "", lang ? `?${new URLSearchParams({ lang })}` : location.pathname);
}

/** Anybody can write a link: what the page could not have made is left out. @param {string} filters @returns {Record<string, any>} */
function parsed(filters) {
  let found;
  try {
    found = JSON.parse(filters);
  } catch {
    return {};
  }
  const { source, published_at: published } = found ?? {};
  const days = ["gte", "lt"].map((bound) => [bound, published?.[bound]]).filter(([, day]) => typeof day === "string" && DAY.test(day));
  return {
    ...(typeof source === "string" && source && { source }),
    ...(days.length && { published_at: Object.fromEntries(days) }),
  };
}
