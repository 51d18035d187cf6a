// The client of /ws/jobs/: what the user's jobs are doing, as it happens.
//
// The server sends a snapshot on every connection and each change after it. A lost socket is opened again, later and
// later; until it is back, the jobs that the page waits for are asked for one by one. So a message lost on the way
// delays what is seen and never falsifies it.

import { Refusal, request } from "../api.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const POLL_EVERY_MS = 4000;
const STAGES = ["queued", "running", "done", "failed", "cancelled"];

/** @param {Pick<Job, "status">} job */
export function isFinal(job) {
  return ["done", "failed", "cancelled"].includes(job.status);
}

/**
 * Whether `job` tells of an earlier moment than `known`, as an answer overtaken by a message does.
 * @typedef {Pick<Job, "status" | "progress" | "attempts" | "queued_at">} JobMoment
 * @param {JobMoment} job
 * @param {JobMoment} [known]
 */
export function isStale(job, known) {
  if (!known) return false;
  if (job.attempts !== known.attempts) return job.attempts < known.attempts;
  if (job.queued_at !== known.queued_at) return job.queued_at < known.queued_at;
  if (job.status === known.status) return job.progress < known.progress;
  return STAGES.indexOf(job.status) < STAGES.indexOf(known.status) || isFinal(known);
}

/**
 * Watch the user's jobs until `close()` is called on what is returned.
 * @param {object} watcher
 * @param {(job: Job) => void} watcher.onJob  a job's newest state; the same state may come twice
 * @param {() => Iterable<string>} [watcher.waitingFor]  ids of jobs that must not be missed
 * @param {(id: string) => void} [watcher.onGone]  a job waited for does not exist any more
 * @param {(isUp: boolean) => void} [watcher.onLink]  whether news is pushed
 */
export function watchJobs({ onJob, waitingFor = () => [], onGone = () => {}, onLink = () => {} }) {
  /** @type {Map<string, Job>} */
  const known = new Map();
  /** @type {WebSocket | null} */
  let socket = null;
  let waitMs = FIRST_WAIT_MS;
  let isClosed = false;
  let reopenTimer = 0;
  let pollTimer = 0;

  /** @param {Job} job */
  const tell = (job) => {
    if (isClosed || isStale(job, known.get(job.id))) return;
    known.set(job.id, job);
    onJob(job);
  };

  /** @param {string} id */
  const ask = async (id) => {
    try {
      tell(await request(`/analyses/${id}/`));
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 404) onGone(id);
    }
  };

  const askAll = () => Promise.all([...waitingFor()].map(ask));

  const poll = async () => {
    await askAll();
    if (!isClosed && socket?.readyState !== WebSocket.OPEN) pollTimer = setTimeout(poll, POLL_EVERY_MS);
  };

  /** @param {MessageEvent<string>} event */
  const receive = ({ data }) => {
    /** @type {JobsMessage} */
    const message = JSON.parse(data);
    if (message.type === "job") tell(message.job);
    if (message.type !== "snapshot") return;
    waitMs = FIRST_WAIT_MS;
    clearTimeout(pollTimer);
    onLink(true);
    const listed = new Set(message.jobs.map((job) => job.id));
    message.jobs.forEach(tell);
    [...waitingFor()].filter((id) => !listed.has(id)).forEach(ask);
  };

  const lose = () => {
    if (isClosed) return;
    onLink(false);
    clearTimeout(pollTimer);
    pollTimer = setTimeout(poll, POLL_EVERY_MS / 2);
    reopenTimer = setTimeout(open, waitMs * (0.75 + Math.random() / 2));
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  };

  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ws/jobs/`);
    socket.addEventListener("message", receive);
    socket.addEventListener("close", lose);
  };

  const reopenNow = () => {
    if (socket?.readyState !== WebSocket.CLOSED) return;
    clearTimeout(reopenTimer);
    waitMs = FIRST_WAIT_MS;
    open();
  };

  const close = () => {
    isClosed = true;
    clearTimeout(reopenTimer);
    clearTimeout(pollTimer);
    removeEventListener("online", reopenNow);
    socket?.close();
  };

  addEventListener("online", reopenNow);
  open();
  return { close };
}

/** @param {string} id @returns {Promise<Job>} */
export const cancelJob = (id) => request(`/analyses/${id}/cancel/`, { method: "POST" });
/** @param {string} id @returns {Promise<Job>} */
export const retryJob = (id) => request(`/analyses/${id}/retry/`, { method: "POST" });
