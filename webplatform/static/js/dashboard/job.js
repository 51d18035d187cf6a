// While the analysis runs: its progress, its end on request, and the result as soon as there is one.

import { cancelJob, isFinal, retryJob, watchJobs } from "../analysis/jobs.js";
import { reasonOf } from "../api.js";
import { find, findAll, findIn } from "../dom.js";
import { fill, formatProgress, statusName } from "../format.js";

const REDRAW_AGAIN_MS = 3000;
const PATIENCE_MS = 3000; // a short gap in the connection worries nobody

/**
 * @param {string} id
 * @param {() => Promise<void>} redraw
 */
export function followJob(id, redraw) {
  const card = find("job");
  const announcement = find("announcement");
  const linkLost = find("link-lost");
  const progressText = findIn(card, "[data-progress]");
  const bar = findIn(card, "progress", HTMLProgressElement);
  let isOver = false;
  let isStopping = false;
  let lostTimer = 0;

  const watch = watchJobs({ onJob, waitingFor: () => (isOver ? [] : [id]), onGone, onLink });

  findAll(card, "form")[0]?.addEventListener("submit", async (event) => {
    event.preventDefault();
    isStopping = true;
    progressText.textContent = gettext("stopping");
    try {
      onJob(await cancelJob(id));
    } catch (error) {
      isStopping = false;
      progressText.textContent = reasonOf(
        error,
        gettext("That could not be asked of the server. Check the connection, then try again."),
      );
    }
  });

  /** @param {Job} job */
  function onJob(job) {
    if (job.id !== id || isOver) return;
    bar.value = job.progress;
    if (!isStopping) progressText.textContent = formatProgress(job);
    if (isFinal(job)) end(job);
    else if (job.status !== card.dataset.state && !isStopping) finish(); // from waiting to running: the heading changes
  }

  /** @param {Job} job */
  function end(job) {
    const text =
      job.status === "done"
        ? gettext("The analysis is done. Its result is on the page now.")
        : fill(gettext("The analysis has ended: {status}."), { status: statusName(job.status) });
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
      progressText.textContent = gettext("The result could not be loaded. Reload the page.");
      setTimeout(() => finish(then), REDRAW_AGAIN_MS);
    }
  }

  function onGone() {
    isOver = true;
    watch.close();
    progressText.textContent = gettext("This session does not exist any more.");
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
 * @param {() => Promise<void>} redraw
 */
export function enableRetry(id, redraw) {
  const [form] = findAll(document, "#ended form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await retryJob(id);
      await redraw();
    } catch (error) {
      find("ended-problem").textContent = reasonOf(
        error,
        gettext("That could not be asked of the server. Check the connection, then try again."),
      );
    }
  });
}
