/** Uploading a file; only this kind of request tells how far it is. */
import { Problem, refusal } from "./api.js";

/**
 * @param {import("./api.js").Api} api @param {File} file
 * @param {{id?: string, metadata?: Record<string, any>}} known What it is to be called; without an id, as the file is.
 * @param {string} collection @param {(percent: number) => void} tell
 * @returns {Promise<{documents: any[], failed: any[]}>}
 */
export function upload(api, file, { id, metadata }, collection, tell) {
  const where = collection ? `?collection=${encodeURIComponent(collection)}` : "";
  const form = new FormData();
  form.append("file", file);
  if (id) form.append("id", id);
  if (metadata) form.append("metadata", JSON.stringify(metadata));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${api.endpoint}/v1/documents${where}`);
    for (const [name, value] of Object.entries(api.authorization)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => tell(Math.floor((100 * loaded) / total)));
    request.addEventListener("error", () => reject(new Problem(0, "")));
    request.addEventListener("load", () => {
      const { status, statusText, response } = request;
      // What stands between may answer well and say nothing of the file.
      if (status < 300 && response?.documents) resolve(response);
      else reject(refusal(status, statusText, request.getResponseHeader("retry-after"), response));
    });
    request.send(form);
  });
}
