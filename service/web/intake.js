/** Where files are dropped or chosen, and what becomes of each. */
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { chosen, dropped } from "./folders.js";
import { upload } from "./upload.js";

/**
 * @param {import("./chat.js").Chat} chat
 * @param {() => void} done Some files have been taken or refused.
 */
export function intake(chat, done) {
  const { t } = chat;
  const list = h("ul.uploads", { "aria-live": "polite" });
  const row = h(
    "div.row",
    {},
    picker({ text: t("choose") }, { multiple: true }, (files) => add(chosen(files))),
    picker({ text: t("chooseFolder") }, { webkitdirectory: true }, (files) => add(chosen(files))),
  );
  const drop = h("div.drop", {}, t("drop"), row);
  const over = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", on);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", async (/** @type {DragEvent} */ event) => {
    over(false)(event);
    if (event.dataTransfer) add(await dropped(event.dataTransfer));
  });

  /** A file within a folder keeps its path, since others there may be called the same. @param {import("./folders.js").Found[]} found */
  const add = (found) => take(found.map(({ file, path }) => ({ file, path, known: path === file.name ? {} : { id: path } })));

  /** One after the other: the service takes changes in turn anyway. @param {Array<{file: File, path: string, known: any}>} files */
  async function take(files) {
    const { api, collection } = chat;
    const waiting = files.map((each) => {
      const said = h("span.note", {}, t("uploading", { percent: 0 }));
      list.prepend(h("li", {}, h("span", { dir: "auto" }, each.path), said));
      return { ...each, said };
    });
    for (const { file, known, said } of waiting) {
      const tell = (/** @type {number} */ percent) =>
        (said.textContent = percent < 100 ? t("uploading", { percent }) : t("reading"));
      try {
        const { documents, failed } = await upload(api, file, known, collection, tell);
        const outcomes = [...new Set(documents.map(({ outcome }) => t(outcome === "added" || outcome === "unchanged" ? outcome : "replaced")))];
        said.textContent = [...outcomes, ...failed.map(({ reason }) => t("uploadFailed", { detail: reason }))].join(" · ");
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        said.textContent = t("uploadFailed", { detail: error.message || chat.words(error) });
      }
    }
    done();
  }

  return {
    element: h("div.intake", {}, drop, list),
    /** Read a document anew from a file, under its name. @param {any} document @param {File} file */
    replace: ({ id, metadata }, file) => take([{ file, path: id, known: { id, metadata } }]),
  };
}

/**
 * A button that asks for files.
 * @param {{text: string, label?: string, kind?: string}} button @param {Record<string, any>} how Attributes of the field.
 * @param {(files: File[]) => void} take
 */
export function picker({ text, label = text, kind = "button" }, how, take) {
  const field = h("input.hidden", { type: "file", tabindex: "-1", "aria-label": label, ...how });
  // A copy, since clearing the field, so that the same file can be chosen again, clears the list too.
  field.addEventListener("change", () => (take([...field.files]), (field.value = "")));
  return h("span", {}, h(kind, { "aria-label": label, click: () => field.click() }, text), field);
}
