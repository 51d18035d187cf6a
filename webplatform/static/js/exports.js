// Shows how far exports are; when one is over, the page is fetched anew, as the server draws it.

import { request } from "./api.js";

const EVERY_MS = 2000;
const list = document.getElementById("exports");
const announcement = document.getElementById("announcement");

const rowOf = (id) => list.querySelector(`[data-export="${CSS.escape(id)}"]`);

async function look() {
  const answer = await request("/export-jobs/").catch(() => null);
  let isOver = false;
  for (const job of answer?.results ?? []) {
    const row = rowOf(job.id);
    if (!row || !["queued", "running"].includes(row.dataset.state)) continue;
    if (["queued", "running"].includes(job.state)) show(row, job);
    else {
      isOver = true;
      announcement.textContent = job.state === "done" ? announcement.dataset.ready : announcement.dataset.over;
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

function show(row, job) {
  row.querySelector("progress").value = job.progress;
  if (job.state === "running") row.querySelector("[data-progress]").textContent = `${Math.round(100 * job.progress)} %`;
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("exports");
  for (const now of fresh?.querySelectorAll("[data-export]") ?? []) {
    const old = rowOf(now.dataset.export);
    if (old && old.dataset.state !== now.dataset.state) old.replaceWith(document.adoptNode(now));
  }
}

setTimeout(look, EVERY_MS);
