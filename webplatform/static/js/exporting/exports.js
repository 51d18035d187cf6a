// Shows how far exports are; when one is over, the page is fetched anew, as the server draws it.

import { request } from "../api.js";
import { find, findAll, findIn } from "../dom.js";

const EVERY_MS = 2000;
const list = find("exports");
const announcement = find("announcement");

/** @param {string} id */
const rowOf = (id) => findAll(list, `[data-export="${CSS.escape(id)}"]`)[0];

/** @param {HTMLElement} row */
const isUnderWay = (row) => ["queued", "running"].includes(row.dataset.state ?? "");

async function look() {
  const answer = await request("/export-jobs/").catch(() => null);
  let isOver = false;
  for (const job of answer?.results ?? []) {
    const row = rowOf(job.id);
    if (!row || !isUnderWay(row)) continue;
    if (["queued", "running"].includes(job.state)) show(row, job);
    else {
      isOver = true;
      announcement.textContent = (job.state === "done" ? announcement.dataset.ready : announcement.dataset.over) ?? "";
    }
  }
  if (isOver) await refresh();
  if (
    list.isConnected &&
    document.querySelector('[data-export][data-state="queued"], [data-export][data-state="running"]')
  ) {
    setTimeout(look, EVERY_MS);
  }
}

/**
 * @param {HTMLElement} row
 * @param {{state: string, progress: number}} job
 */
function show(row, job) {
  findIn(row, "progress", HTMLProgressElement).value = job.progress;
  if (job.state === "running") findIn(row, "[data-progress]").textContent = `${Math.round(100 * job.progress)} %`;
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("exports");
  for (const now of fresh ? findAll(fresh, "[data-export]") : []) {
    const old = rowOf(now.dataset.export ?? "");
    if (old && old.dataset.state !== now.dataset.state) old.replaceWith(document.adoptNode(now));
  }
}

setTimeout(look, EVERY_MS);
