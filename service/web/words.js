/** Figures in words: none of them is as exact as it looks. */

/** @param {number} confidence @param {import("./texts.js").Translate} t */
export function confidenceWords(confidence, t) {
  return t(confidence >= 0.75 ? "sure" : confidence >= 0.5 ? "fairlySure" : "unsure");
}

/** @param {any} source @param {import("./texts.js").Translate} t */
export function supportWords(source, t) {
  if (!source.verified) return t("unverified");
  return t(source.support >= 0.75 ? "supportStrong" : source.support >= 0.5 ? "supportFair" : "supportWeak");
}

/** @param {string|null|undefined} published @param {string} lang @returns {string} As people there write it, or as it is. */
export function dateWords(published, lang) {
  if (!published) return "";
  const [, day] = /^(\d{4}-\d{2}-\d{2})/.exec(published) ?? [];
  if (!day) return published;
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.valueOf()) ? published : date.toLocaleDateString(lang, { dateStyle: "long", timeZone: "UTC" });
}

/** @param {string} end Of a time, not in it. @returns {string} The last day in it; what was given, if that is no time. */
export function lastDay(end) {
  const last = new Date(Date.parse(end) - 1);
  return Number.isNaN(last.valueOf()) ? end : last.toISOString().slice(0, 10);
}

/** @param {any} place With title, date and page. @param {string} lang @param {import("./texts.js").Translate} t */
export function placeWords(place, lang, t) {
  const page = place.page ? t("page", { page: place.page }) : "";
  return [dateWords(place.published_at, lang), page].filter(Boolean).join(" · ");
}
