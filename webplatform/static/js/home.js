// Keeps the list of sessions current: progress is written into its row; what changes a row's shape is fetched anew.

import { fill, formatProgress, pageData } from "./format.js";
import { isFinal, watchJobs } from "./jobs.js";

const words = pageData("words");
const announcement = document.getElementById("announcement");
const linkLost = document.getElementById("link-lost");
const notListed = new Set();
const latest = new Map(); // job id -> what was last heard of it
let refreshing = null;
let isRefreshWanted = false;

const rowOf = (id) => document.querySelector(`[data-job="${CSS.escape(id)}"]`);
const waitingFor = () =>
  [...document.querySelectorAll('[data-state="queued"], [data-state="running"]')].map((row) => row.dataset.job);

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

function replaceLists(fresh) {
  for (const selector of [".totals", ".session-list"]) {
    const [old, now] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (!old || !now) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
    const ticked = [...old.querySelectorAll("[data-tick]:checked")].map(({ id }) => id);
    old.replaceWith(document.adoptNode(now));
    for (const id of ticked) if (document.getElementById(id)) document.getElementById(id).checked = true;
    countTicks();
    if (focused) document.getElementById(focused)?.querySelector("a, button")?.focus();
  }
  latest.forEach(showProgress); // news overtakes the page that was asked for before it
}

function showProgress(job) {
  const row = rowOf(job.id);
  if (isFinal(job) || row?.dataset.state !== job.status) return;
  row.querySelector("progress").value = job.progress;
  row.querySelector("[data-progress]").textContent = formatProgress(job, words);
}

async function onJob(job) {
  latest.set(job.id, job);
  const row = rowOf(job.id);
  if (row?.dataset.state === job.status) {
    showProgress(job);
    return;
  }
  if (!row && (isFinal(job) || notListed.has(job.id))) return; // on another page of the list, or filtered out
  if (row && isFinal(job)) announcement.textContent = `${job.title}: ${words[job.status]}`;
  await refresh();
  if (!rowOf(job.id)) notListed.add(job.id);
}

const ticks = () => [...document.querySelectorAll("[data-tick]")];
const tickAll = document.getElementById("tick-all");

function countTicks() {
  const [told, all] = [document.getElementById("ticked"), ticks()];
  if (!told) return;
  const n = all.filter(({ checked }) => checked).length;
  told.textContent = n ? fill(told.dataset.words, { n }) : "";
  tickAll.checked = n > 0 && n === all.length;
  tickAll.indeterminate = n > 0 && n < all.length;
}

tickAll?.addEventListener("change", () => {
  for (const tick of ticks()) tick.checked = tickAll.checked;
  countTicks();
});
document.addEventListener("change", ({ target }) => target.matches("[data-tick]") && countTicks());
countTicks();
document.documentElement.classList.add("has-script");

let lostTimer = 0;
function onLink(isUp) {
  clearTimeout(lostTimer);
  if (isUp) linkLost.hidden = true;
  else lostTimer = setTimeout(() => (linkLost.hidden = false), 3000); // a short gap worries nobody
}

watchJobs({ onJob, waitingFor, onGone: refresh, onLink });
