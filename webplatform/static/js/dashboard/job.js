// While the analysis runs: its progress, its end on request, and the result as soon as there is one.

import { cancelJob, isFinal, retryJob, watchJobs } from "../analysis/jobs.js";
import { reasonOf } from "../api.js";
import { find, findAll, findIn } from "../dom.js";
import { fill, formatProgress } from "../format.js";

const REDRAW_AGAIN_MS = 3000;
const PATIENCE_MS = 3000; // a short gap in the connection worries nobody

/**
 * @param {string} id
 * @param {Words} words
 * @param {() => Promise<void>} redraw
 */
export function followJob(id, words, redraw) {
  const card = find("job");
  const announcement = find("announcement");
  const linkLost = find("link-lost");
  const said = findIn(card, "[data-progress]");
  const bar = findIn(card, "progress", HTMLProgressElement);
  let isOver = false;
  let isStopping = false;
  let lostTimer = 0;

  const watch = watchJobs({ onJob, waitingFor: () => (isOver ? [] : [id]), onGone, onLink });

  findAll(card, "form")[0]?.addEventListener("submit", async (event) => {
    event.preventDefault();
    isStopping = true;
    said.textContent = words.stopping;
    try {
      onJob(await cancelJob(id));
    } catch (error) {
      isStopping = false;
      said.textContent = reasonOf(error, words.askFailed);
    }
  });

  /** @param {Job} job */
  function onJob(job) {
    if (job.id !== id || isOver) return;
    bar.value = job.progress;
    if (!isStopping) said.textContent = formatProgress(job, words);
    if (isFinal(job)) end(job);
    else if (job.status !== card.dataset.state && !isStopping) finish(); // from waiting to running: the heading changes
  }

  /** @param {Job} job */
  function end(job) {
    const text = job.status === "done" ? words.resultHere : fill(words.jobOver, { status: words[job.status] });
    finish(() => {
      announcement.textContent = text;
    });
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

  /** @param {boolean} isUp */
  function onLink(isUp) {
    clearTimeout(lostTimer);
    if (isUp) linkLost.hidden = true;
    else lostTimer = setTimeout(() => (linkLost.hidden = false), PATIENCE_MS);
  }
}

/**
 * What ended without a result can be started again; the page then follows it as before.
 * @param {string} id
 * @param {Words} words
 * @param {() => Promise<void>} redraw
 */
export function enableRetry(id, words, redraw) {
  const [form] = findAll(document, "#ended form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await retryJob(id);
      await redraw();
    } catch (error) {
      find("ended-problem").textContent = reasonOf(error, words.askFailed);
    }
  });
}
