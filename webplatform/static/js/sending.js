// One file on its way to the server.

import { API, Refusal, csrfToken } from "./api.js";
import { fill, formatBytes } from "./format.js";

/** Why the server would refuse this file, told before it is sent; empty when nothing speaks against it. */
export function refusalOf(file, limits, words) {
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  // Where the browser knows no kind, the server looks at the content.
  if (!limits.extensions.includes(ending) && file.type && !file.type.startsWith("video/")) {
    return fill(words.wrongKind, { extensions: limits.extensions.join(", ") });
  }
  if (file.size === 0) return words.empty;
  if (file.size > limits.maxBytes) return fill(words.tooLarge, { size: formatBytes(file.size) });
  return "";
}

/**
 * Send a file; XMLHttpRequest, because fetch does not tell how much of a body has left.
 * @returns {{answer: Promise<object>, abort: () => void}} the job, or a Refusal (status 0: the connection broke)
 */
export function sendFile(file, { again, place = {}, onProgress }) {
  const xhr = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    xhr.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    xhr.addEventListener("load", () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response);
      else reject(new Refusal(xhr.status, xhr.response));
    });
    xhr.addEventListener("error", () => reject(new Refusal(0, { code: "lost" })));
    xhr.addEventListener("abort", () => reject(new Refusal(0, { code: "stopped" })));
  });
  xhr.open("POST", `${API}/analyses/`);
  xhr.responseType = "json";
  xhr.setRequestHeader("Accept", "application/json");
  xhr.setRequestHeader("X-CSRFToken", csrfToken());
  const body = new FormData();
  if (again) body.append("again", "true");
  for (const [name, value] of Object.entries(place)) body.append(name, value);
  body.append("file", file);
  xhr.send(body);
  return { answer, abort: () => xhr.abort() };
}
