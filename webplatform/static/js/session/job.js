// While the analysis runs: its progress, and the result as soon as there is one.

import { fill, formatProgress } from "../format.js";
import { isFinal, watchJobs } from "../jobs.js";

const REDRAW_AGAIN_MS = 3000;
const PATIENCE_MS = 3000; // a short gap in the connection worries nobody

export function followJob(data, words, redraw) {
  const card = document.getElementById("job");
  const announcement = document.getElementById("announcement");
  const linkLost = document.getElementById("link-lost");
  const id = data.job.id;
  let isOver = false;
  let lostTimer = 0;

  const watch = watchJobs({ onJob, waitingFor: () => (isOver ? [] : [id]), onGone, onLink });

  function onJob(job) {
    if (job.id !== id || isOver) return;
    card.querySelector("progress").value = job.progress;
    card.querySelector("[data-progress]").textContent = formatProgress(job, words);
    if (isFinal(job)) end(job);
    else if (job.status !== card.dataset.state) finish(); // from waiting to running: the heading changes
  }

  function end(job) {
    const text = job.status === "done" ? words.resultHere : fill(words.jobOver, { status: words[job.status] });
    finish(() => (announcement.textContent = text));
  }

  async function finish(then = () => {}) {
    isOver = true;
    watch.close();
    onLink(true);
    try {
      await redraw();
      then();
    } catch {
      card.querySelector("[data-progress]").textContent = words.pageFailed;
      setTimeout(() => finish(then), REDRAW_AGAIN_MS);
    }
  }

  function onGone() {
    isOver = true;
    watch.close();
    card.querySelector("[data-progress]").textContent = words.gone;
  }

  function onLink(isUp) {
    clearTimeout(lostTimer);
    if (isUp) linkLost.hidden = true;
    else lostTimer = setTimeout(() => (linkLost.hidden = false), PATIENCE_MS);
  }
}
