// While the analysis runs: its progress, its end on request, and the result as soon as there is one.

import { fill, formatProgress } from "../format.js";
import { cancelJob, isFinal, retryJob, watchJobs } from "../jobs.js";

const REDRAW_AGAIN_MS = 3000;
const PATIENCE_MS = 3000; // a short gap in the connection worries nobody

export function followJob(data, words, redraw) {
  const card = document.getElementById("job");
  const announcement = document.getElementById("announcement");
  const linkLost = document.getElementById("link-lost");
  const id = data.job.id;
  const said = card.querySelector("[data-progress]");
  let isOver = false;
  let isStopping = false;
  let lostTimer = 0;

  const watch = watchJobs({ onJob, waitingFor: () => (isOver ? [] : [id]), onGone, onLink });

  card.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    isStopping = true;
    said.textContent = words.stopping;
    try {
      onJob(await cancelJob(id));
    } catch (refusal) {
      isStopping = false;
      said.textContent = refusal.message || words.askFailed;
    }
  });

  function onJob(job) {
    if (job.id !== id || isOver) return;
    card.querySelector("progress").value = job.progress;
    if (!isStopping) said.textContent = formatProgress(job, words);
    if (isFinal(job)) end(job);
    else if (job.status !== card.dataset.state && !isStopping) finish(); // from waiting to running: the heading changes
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
      said.textContent = words.pageFailed;
      setTimeout(() => finish(then), REDRAW_AGAIN_MS);
    }
  }

  function onGone() {
    isOver = true;
    watch.close();
    said.textContent = words.gone;
  }

  function onLink(isUp) {
    clearTimeout(lostTimer);
    if (isUp) linkLost.hidden = true;
    else lostTimer = setTimeout(() => (linkLost.hidden = false), PATIENCE_MS);
  }
}

/** What ended without a result can be started again; the page then follows it as before. */
export function enableRetry(data, words, redraw) {
  const form = document.querySelector("#ended form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await retryJob(data.job.id);
      await redraw();
    } catch (refusal) {
      document.getElementById("ended-problem").textContent = refusal.message || words.askFailed;
    }
  });
}
