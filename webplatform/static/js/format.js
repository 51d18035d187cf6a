// Numbers and times as people read them. The words come from the server, in the page's language.

import { find } from "./dom.js";

/**
 * The JSON that the server put into the page under this id.
 * @param {string} id
 */
export function pageData(id) {
  return JSON.parse(find(id).textContent);
}

/**
 * `template` with {name} replaced by values[name].
 * @param {string} template
 * @param {Record<string, unknown>} values
 */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/**
 * @param {number} value
 * @param {number} [digits]
 */
export function formatNumber(value, digits = 0) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits }).format(value);
}

/**
 * An ISO 8601 time as the reader writes it, in the browser's zone.
 * @param {string} text
 */
export function formatMoment(text) {
  /** @type {Intl.DateTimeFormatOptions} */
  const how = { dateStyle: "short", timeStyle: "medium" };
  return new Intl.DateTimeFormat(document.documentElement.lang, how).format(new Date(text));
}

/**
 * 1536 -> "1.5 kB": powers of 1024, as the limits are stated.
 * @param {number} sizeBytes
 */
export function formatBytes(sizeBytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

/**
 * 83000 -> "1:23"
 * @param {number} durationMs
 */
export function formatClock(durationMs) {
  const seconds = Math.round(durationMs / 1000);
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * How far a job is, in words: "42 % · 3 faces · about 20 s left".
 * @param {Job} job
 * @param {Words} words
 */
export function formatProgress(job, words) {
  if (job.status === "queued") return formatTurn(job, words);
  if (job.status !== "running") return words[job.status] ?? job.status;
  const parts = [fill(words.percent, { n: Math.floor(100 * job.progress) })];
  if (job.faces_found) {
    parts.push(fill(job.faces_found === 1 ? words.face : words.faces, { n: formatNumber(job.faces_found) }));
  }
  if (job.seconds_left !== null) parts.push(formatLeft(job.seconds_left, words));
  return parts.join(" · ");
}

/**
 * "waiting for its turn", and from the second place on: "waiting for its turn: number 3, starts in about 5 min".
 * @param {Job} job
 * @param {Words} words
 */
function formatTurn(job, words) {
  if (!job.queue_place || job.queue_place < 2) return words.queued;
  const minutes = Math.ceil((job.starts_in_s ?? 0) / 60);
  return fill(words.queuedAt, { place: formatNumber(job.queue_place), n: formatNumber(minutes) });
}

/**
 * @param {number} secondsLeft
 * @param {Words} words
 */
function formatLeft(secondsLeft, words) {
  const seconds = Math.max(1, Math.round(secondsLeft));
  if (seconds < 90) return fill(words.secondsLeft, { n: seconds });
  return fill(words.minutesLeft, { n: formatNumber(Math.round(seconds / 60)) });
}
