/** Uploading a file; only this kind of request tells how far it is. */
import { Problem } from "./api.js";

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
    if (api.key) request.setRequestHeader("authorization", `Bearer ${api.key}`);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => tell(Math.floor((100 * loaded) / total)));
    request.addEventListener("error", () => reject(new Problem(0, "")));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Problem(request.status, request.response?.detail ?? request.statusText));
    });
    request.send(form);
  });
}
