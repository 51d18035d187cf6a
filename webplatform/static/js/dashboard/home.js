// Keeps the list of sessions current: progress is written into its row; what changes a row's shape is fetched anew.

import { isFinal, watchJobs } from "../analysis/jobs.js";
import { closest, find, findAll, findIn, findOptional } from "../dom.js";
import { fill, formatProgress, statusName } from "../format.js";

const announcement = find("announcement");
const linkLost = find("link-lost");
/** @type {Set<string>} */
const notListed = new Set();
/** @type {Map<string, Job>} what was last heard of each job */
const latest = new Map();
/** @type {Promise<void> | null} */
let refreshing = null;
let isRefreshWanted = false;

/** @param {string} id */
const rowOf = (id) => findAll(document, `[data-job="${CSS.escape(id)}"]`)[0];
const waitingFor = () =>
  findAll(document, '[data-state="queued"], [data-state="running"]').map((row) => row.dataset.job ?? "");

/** Fetch the list as the server draws it now and put it in the place of the old one; one request at a time. */
async function refresh() {
  isRefreshWanted = true;
  refreshing ??= (async () => {
    while (isRefreshWanted) {
      isRefreshWanted = false;
      const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      if (response?.ok) replaceLists(new DOMParser().parseFromString(await response.text(), "text/html"));
    }
  })().finally(() => (refreshing = null));
  return refreshing;
}

/** @param {Document} fresh */
function replaceLists(fresh) {
  for (const selector of [".totals", ".session-list"]) {
    const [old, now] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (!old || !now) continue;
    const focused = old.contains(document.activeElement) ? closest(document.activeElement, "[id]", Element)?.id : null;
    const ticked = findAll(old, "[data-tick]:checked").map(({ id }) => id);
    old.replaceWith(document.adoptNode(now));
    for (const id of ticked) {
      const tick = findOptional(id, HTMLInputElement);
      if (tick) tick.checked = true;
    }
    countTicks();
    const previous = focused ? findOptional(focused, Element) : null;
    if (previous) findAll(previous, "a, button")[0]?.focus();
  }
  latest.forEach(showProgress); // news overtakes the page that was asked for before it
}

/** @param {Job} job */
function showProgress(job) {
  const row = rowOf(job.id);
  if (isFinal(job) || row?.dataset.state !== job.status) return;
  findIn(row, "progress", HTMLProgressElement).value = job.progress;
  findIn(row, "[data-progress]").textContent = formatProgress(job);
}

/** @param {Job} job */
async function onJob(job) {
  latest.set(job.id, job);
  const row = rowOf(job.id);
  if (row?.dataset.state === job.status) {
    showProgress(job);
    return;
  }
  if (!row && (isFinal(job) || notListed.has(job.id))) return; // on another page of the list, or filtered out
  if (row && isFinal(job)) announcement.textContent = `${job.title}: ${statusName(job.status)}`;
  await refresh();
  if (!rowOf(job.id)) notListed.add(job.id);
}

const ticks = () => findAll(document, "[data-tick]", HTMLInputElement);
const tickAll = findOptional("tick-all", HTMLInputElement);

function countTicks() {
  const [counter, all] = [findOptional("ticked"), ticks()];
  if (!counter || !tickAll) return;
  const n = all.filter(({ checked }) => checked).length;
  counter.textContent = n ? fill(gettext("{n} ticked"), { n }) : "";
  tickAll.checked = n > 0 && n === all.length;
  tickAll.indeterminate = n > 0 && n < all.length;
}

tickAll?.addEventListener("change", () => {
  for (const tick of ticks()) tick.checked = tickAll.checked;
  countTicks();
});
document.addEventListener("change", ({ target }) => closest(target, "[data-tick]") && countTicks());
countTicks();
document.documentElement.classList.add("has-script");

let lostTimer = 0;
/** @param {boolean} isUp */
function onLink(isUp) {
  clearTimeout(lostTimer);
  if (isUp) linkLost.hidden = true;
  else lostTimer = setTimeout(() => (linkLost.hidden = false), 3000); // a short gap worries nobody
}

watchJobs({ onJob, waitingFor, onGone: refresh, onLink });
