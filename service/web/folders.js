/** Files out of what was dropped or chosen, those of a folder named by their paths in it. */

/** @typedef {{path: string, file: File|null}} Found Without a file where the browser could not read it. */

/** @param {Iterable<File>} files Of a field. @returns {Found[]} */
export function chosen(files) {
  return visible([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** @param {DataTransfer} transfer @returns {Promise<Found[]>} Also those of folders within folders. */
export async function dropped(transfer) {
  // Both at once: after the event there is nothing in it any more.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = [...transfer.files];
  return entries.length ? visible((await Promise.all(entries.map(within))).flat()) : chosen(files);
}

/** @param {any} entry @returns {Promise<Found[]>} One that cannot be read does not stop the others. */
async function within(entry) {
  const path = entry.fullPath.slice(1);
  /** @type {Found[]} */
  const found = [];
  try {
    if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
    const reader = entry.createReader();
    for (;;) {
      // A folder is told in parts, of a hundred in some browsers.
      const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!part.length) return found;
      for (const inner of part) found.push(...(await within(inner)));
    }
  } catch {
    return [...found, { path, file: null }];
  }
}

/** @param {Found[]} found @returns {Found[]} Without what systems and tools keep in folders. */
function visible(found) {
  return found.filter(({ path }) => !path.split("/").some((name) => name.startsWith(".")));
}
