/** Where files are dropped or chosen, and what becomes of each. */
import { Problem } from "./api.js";
import { h } from "./dom.js";
import { chosen, dropped } from "./folders.js";
import { keyForm } from "./keyform.js";
import { upload } from "./upload.js";
import { ATTEMPTS, BUSY, countdown } from "./wait.js";

/** @typedef {{path: string, file: File|null, known: any}} Wanted `known` is what the service is told with it. */

/**
 * @param {import("./chat.js").Chat} chat
 * @param {() => void} done Some files have been taken or refused.
 */
export function intake(chat, done) {
  const { t, api } = chat;
  const list = h("ul.uploads");
  const key = h("div");
  let last = Promise.resolve();
  const row = h(
    "div.row",
    {},
    picker({ text: t("choose") }, { multiple: true }, (files) => add(chosen(files), chat.collection)),
    picker({ text: t("chooseFolder") }, { webkitdirectory: true }, (files) => add(chosen(files), chat.collection)),
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
    const { collection } = chat;
    if (event.dataTransfer) add(await dropped(event.dataTransfer), collection);
  });

  /** A file within a folder keeps its path, since others there may be called the same. @param {import("./folders.js").Found[]} found @param {string} collection */
  function add(found, collection) {
    if (!found.length) {
      list.prepend(h("li.note", {}, t("nothingFound")));
      return chat.announce(t("nothingFound"));
    }
    take(found.map(({ file, path }) => ({ file, path, known: path === file?.name ? {} : { id: path } })), collection);
  }

  /** One after the other, also those that are added meanwhile: the service takes changes in turn anyway. @param {Wanted[]} files @param {string} collection */
  function take(files, collection) {
    const waiting = files.map((each) => {
      const said = h("span.note", {}, t("waits"));
      list.prepend(h("li", {}, h("span", { dir: "auto" }, each.path), said));
      return { ...each, said };
    });
    last = last.then(async () => {
      let refused = 0;
      for (const { file, known, said } of waiting) {
        const reasons = file ? await send(file, known, collection, said) : [t("unreadable")];
        refused += reasons.length;
        const told = [said.textContent, ...reasons.map((detail) => t("uploadFailed", { detail }))];
        said.textContent = told.filter(Boolean).join(" · ");
      }
      // Every step of every file would keep speech busy.
      chat.announce(t(refused ? "someRefused" : "allTaken", { files: files.length, refused }));
      done();
    });
  }

  /**
   * @param {File} file @param {any} known @param {string} collection @param {HTMLElement} said What becomes of it.
   * @returns {Promise<string[]>} Why it, or what of it, was not added.
   */
  async function send(file, known, collection, said) {
    const tell = (/** @type {number} */ percent) =>
      (said.textContent = percent < 100 ? t("uploading", { percent }) : t("reading"));
    for (let attempt = 1; ; ) {
      try {
        tell(0);
        const { documents, failed } = await upload(api, file, known, collection, tell);
        const outcomes = documents.map(({ outcome }) => t(outcome === "added" || outcome === "unchanged" ? outcome : "replaced"));
        said.textContent = [...new Set(outcomes)].join(" · ");
        return failed.map(({ reason }) => reason);
      } catch (error) {
        const problem = error instanceof Problem ? error : new Problem(0, String(error));
        said.textContent = "";
        if (problem.status === 401) await asked(said);
        else if (BUSY.has(problem.status) && attempt < ATTEMPTS) {
          attempt += 1;
          await countdown(Math.max(1, problem.wait), (seconds) => (said.textContent = t("uploadLater", { seconds })));
        } else return [problem.message || chat.words(problem)];
      }
    }
  }

  /** Until a key is given. @param {HTMLElement} said */
  async function asked(said) {
    said.textContent = t("keyTitle");
    await new Promise((given) => key.replaceChildren(keyForm(api, t, () => given(undefined))));
    key.replaceChildren();
  }

  return {
    element: h("div.intake", {}, drop, key, list),
    /**
     * Read a document anew from a file, under its name. What a file may say of itself is the new one's to say.
     * @param {any} document @param {File} file @param {string} collection
     */
    replace({ id, metadata: { title, author, published_at, language, ...metadata } }, file, collection) {
      take([{ file, path: id, known: { id, metadata } }], collection);
    },
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
