// Numbers, times and the state of jobs as people read them, in the page's language.

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
 * What the pages call a job's status.
 * @param {string} status
 */
export function statusName(status) {
  /** @type {Record<string, string>} */
  const names = {
    queued: gettext("waiting for its turn"),
    running: gettext("being analysed"),
    done: gettext("done"),
    failed: gettext("failed"),
    cancelled: gettext("cancelled"),
  };
  return names[status] ?? status;
}

/**
 * How far a job is: "42 % · 3 faces · about 20 s left".
 * @param {Job} job
 */
export function formatProgress(job) {
  if (job.status === "queued") return formatTurn(job);
  if (job.status !== "running") return statusName(job.status);
  const parts = [fill(gettext("{n} %"), { n: Math.floor(100 * job.progress) })];
  if (job.faces_found) {
    parts.push(fill(ngettext("{n} face", "{n} faces", job.faces_found), { n: formatNumber(job.faces_found) }));
  }
  if (job.seconds_left !== null) parts.push(formatLeft(job.seconds_left));
  return parts.join(" · ");
}

/**
 * "waiting for its turn", and from the second place on: "waiting for its turn: number 3, starts in about 5 min".
 * @param {Job} job
 */
function formatTurn(job) {
  if (!job.queue_place || job.queue_place < 2) return gettext("waiting for its turn");
  const minutes = Math.ceil((job.starts_in_s ?? 0) / 60);
  return fill(gettext("waiting for its turn: number {place}, starts in about {n} min"), {
    place: formatNumber(job.queue_place),
    n: formatNumber(minutes),
  });
}

/**
 * @param {number} secondsLeft
 */
function formatLeft(secondsLeft) {
  const seconds = Math.max(1, Math.round(secondsLeft));
  if (seconds < 90) return fill(gettext("about {n} s left"), { n: seconds });
  return fill(gettext("about {n} min left"), { n: formatNumber(Math.round(seconds / 60)) });
}
