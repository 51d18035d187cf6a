// One file on its way to the server, by tus: what has arrived stays there when the connection breaks.

import "../../vendor/tus/tus.min.js"; // no module: it leaves its name at the window
import { API, csrfToken, Refusal, request, requestRows } from "../api.js";
import { fill, formatBytes } from "../format.js";

const { DetailedError, Upload, defaultOptions } = globalThis.tus;
const PART_BYTES = 32 * 2 ** 20; // what a proxy between here and there may keep back before it hands on
const RETRY_AFTER_MS = [0, 1000, 3000, 5000, 10_000, 20_000, ...Array(20).fill(30_000)];

/**
 * Why the server would refuse this file, told before it is sent; empty when nothing speaks against it.
 * @param {Pick<File, "name" | "type" | "size">} file
 * @param {UploadLimits} limits
 */
export function refusalOf(file, limits) {
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  // Where the browser knows no kind, the server looks at the content.
  if (!limits.extensions.includes(ending) && file.type && !file.type.startsWith("video/")) {
    return fill(gettext("This is not a video that Raut reads. It reads {extensions}."), {
      extensions: limits.extensions.join(", "),
    });
  }
  if (file.size === 0) return gettext("This file is empty.");
  if (file.size > limits.maxBytes)
    return fill(gettext("This file has {size}. The limit is {limit}."), {
      size: formatBytes(file.size),
      limit: formatBytes(limits.maxBytes),
    });
  return "";
}

/** @param {Error} error */
const responseOf = (error) => (error instanceof DetailedError ? error.originalResponse : null);

/**
 * Whether the same request may be answered otherwise in a while: the connection broke, or the server is busy.
 * @param {Error} error
 */
function isPassing(error) {
  const status = responseOf(error)?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
}

/** @param {Error} error */
function refusalFrom(error) {
  const response = responseOf(error);
  if (!response) return new Refusal(0, { code: "lost" });
  try {
    return new Refusal(response.getStatus(), JSON.parse(response.getBody()));
  } catch {
    return new Refusal(response.getStatus(), null);
  }
}

/**
 * Send a file, or what is missing of one that was begun in this browser.
 * @param {File} file
 * @param {object} how
 * @param {boolean} how.again  whether a file that was analysed before is analysed once more
 * @param {Place} [how.place]
 * @param {(sent: number, all: number) => void} how.onProgress
 * @param {() => void} [how.onLost]
 * @returns {{answer: Promise<Job>, abort: () => void}} the job, or a Refusal (status 0: the connection broke)
 */
export function sendFile(file, { again, place = {}, onProgress, onLost = () => {} }) {
  const metadata = { filename: file.name, ...place, ...(again ? { again: "true" } : {}) };
  /** @type {() => void} */
  let abort = () => {};
  /** @type {Promise<Job>} */
  const answer = new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `${API}/uploads/`,
      metadata,
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      chunkSize: PART_BYTES,
      retryDelays: RETRY_AFTER_MS,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => ["raut", file.size, file.lastModified, JSON.stringify(metadata)].join("-"),
      onShouldRetry: (error) => {
        if (isPassing(error)) onLost();
        return isPassing(error);
      },
      onProgress,
      onSuccess: ({ lastResponse }) =>
        request(`/analyses/${lastResponse.getHeader("Raut-Job")}/`).then(resolve, (error) =>
          reject(error instanceof Refusal ? error : new Refusal(0, { code: "lost" })),
        ),
      onError: (error) => reject(refusalFrom(error)),
    });
    abort = () => {
      reject(new Refusal(0, { code: "stopped" }));
      upload.abort(true).catch(() => {}); // where nobody hears of it, its time ends it
    };
    upload.findPreviousUploads().then(([earlier]) => {
      if (earlier) upload.resumeFromPreviousUpload(earlier);
      upload.start();
    });
  });
  return { answer, abort };
}

/**
 * The uploads that this browser began and that the server still has a part of; the others are forgotten.
 * @typedef {UploadState & {forget: () => Promise<void>}} HalfUpload
 * @returns {Promise<HalfUpload[]>}
 */
export async function halfUploads() {
  const storage = defaultOptions.urlStorage;
  if (!storage) return [];
  /** @type {[import("tus-js-client").PreviousUpload[], UploadState[]]} */
  const [begun, known] = await Promise.all([storage.findAllUploads(), requestRows("/uploads/")]);
  /** @type {HalfUpload[]} */
  const half = [];
  for (const { uploadUrl, urlStorageKey } of begun) {
    const found = known.find(({ id, state }) => state === "receiving" && uploadUrl?.includes(id));
    if (found) half.push({ ...found, forget: () => storage.removeUpload(urlStorageKey) });
    else await storage.removeUpload(urlStorageKey);
  }
  return half;
}

/**
 * Take an upload away from the server, and what this browser knows of it.
 * @param {HalfUpload} half
 */
export async function dropUpload(half) {
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() };
  await fetch(`${API}/uploads/${half.id}/`, { method: "DELETE", headers, credentials: "same-origin" });
  await half.forget();
}
