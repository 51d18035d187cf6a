// The upload page: files are checked, sent one after the other, and followed until their sessions are done.

import { Refusal, reasonOf } from "../api.js";
import { copyOf, find, findIn, findOptional } from "../dom.js";
import { fill, formatBytes, pageData } from "../format.js";
import { chosen, isChosen } from "../history/whom.js";
import { cancelJob, retryJob, watchJobs } from "./jobs.js";
import { dropUpload, halfUploads, refusalOf, sendFile } from "./sending.js";
import { UploadItem } from "./upload_item.js";

/** @type {UploadLimits} */
const limits = pageData("limits-data");
const form = find("upload-form", HTMLFormElement);
const input = find("files", HTMLInputElement);
const queue = find("queue");
const list = find("queue-list");
const announcement = find("announcement");
const linkLost = find("link-lost");

/** @type {UploadItem[]} */
const waiting = [];
/** @type {Map<string, UploadItem>} by the job's id */
const followed = new Map();
/** @type {{item: UploadItem, answer: Promise<Job>, abort: () => void} | null} */
let sending = null;

/**
 * @param {UploadItem} item
 * @param {string} text
 */
const announce = (item, text) => (announcement.textContent = `${item.title}: ${text}`);

/** @param {Iterable<File>} files */
function addFiles(files) {
  if (!isChosen()) {
    findOptional("of", HTMLSelectElement)?.reportValidity();
    return;
  }
  for (const file of files) {
    const item = new UploadItem(file, { remove, stop, again: enqueueAgain, cancel, retry, announce });
    item.place = chosen();
    list.append(item.element);
    const problem = refusalOf(file, limits);
    if (problem) item.showRefused(problem);
    else enqueue(item);
  }
  queue.hidden = list.childElementCount === 0;
  sendNext();
}

/** @param {UploadItem} item */
function enqueue(item) {
  item.showWaiting();
  waiting.push(item);
}

/**
 * @param {UploadItem} item
 * @param {{again?: boolean}} [how]
 */
function enqueueAgain(item, { again = true } = {}) {
  item.again = again;
  item.isSent = item.isUnwanted = false;
  enqueue(item);
  sendNext();
}

async function sendNext() {
  const item = sending ? undefined : waiting.shift();
  if (!item) return;
  /** @type {(sent: number, all: number) => void} */
  const onProgress = (sent, all) => item.showSending(sent, all);
  const onLost = () =>
    item.showNote(gettext("The connection is lost. The upload goes on by itself as soon as it is back."));
  sending = { item, ...sendFile(item.file, { again: item.again, place: item.place, onProgress, onLost }) };
  try {
    const job = await sending.answer;
    followed.set(job.id, item);
    item.showJob(job);
    if (item.isUnwanted) cancel(item);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    item.showRefusal(refusal);
  } finally {
    sending = null;
  }
  sendNext();
}

/**
 * Stop a file that waits or is on its way, and no other one. What the server has whole is cancelled once it has a job.
 * @param {UploadItem} item
 */
function stop(item) {
  const index = waiting.indexOf(item);
  if (index >= 0) {
    waiting.splice(index, 1);
    item.showRefused(gettext("The upload was stopped."), { isRepeatable: true });
  } else if (item.job) {
    cancel(item);
  } else if (sending?.item === item) {
    if (item.isSent) item.isUnwanted = true;
    else sending.abort();
  }
}

/** @param {UploadItem} item */
function remove(item) {
  item.element.remove();
  queue.hidden = list.childElementCount === 0;
  input.focus();
}

/**
 * Ask the server for a change of the item's job; what it answers is what is shown.
 * @param {UploadItem} item
 * @param {(id: string) => Promise<Job>} action
 */
async function steer(item, action) {
  if (!item.job) return;
  try {
    item.showJob(await action(item.job.id));
  } catch (error) {
    const text = reasonOf(
      error,
      gettext("That could not be asked of the server. Check the connection, then try again."),
    );
    announce(item, text);
    item.showNote(text);
  }
}

/** @param {UploadItem} item */
const cancel = (item) => steer(item, cancelJob);
/** @param {UploadItem} item */
const retry = (item) => steer(item, retryJob);

input.addEventListener("change", () => {
  addFiles(input.files ?? []);
  input.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());

/** What broke off before, and how to go on with it: a browser gives no file to a page that did not choose it. */
async function offerToResume() {
  const box = find("half");
  const template = find("half-template", HTMLTemplateElement);
  const lines = (await halfUploads()).map((half) => {
    const line = copyOf(template);
    const parts = { title: half.name, done: formatBytes(half.offset), all: formatBytes(half.size) };
    findIn(line, ".item-text").textContent = fill(gettext("{title}: {done} of {all} are here"), parts);
    const button = findIn(line, "button");
    button.setAttribute("aria-label", fill(gettext("Remove what is here of {title}"), parts));
    button.addEventListener("click", async () => {
      await dropUpload(half);
      line.remove();
      box.hidden = box.querySelector("li") === null;
      input.focus();
    });
    return line;
  });
  findIn(box, "ul").replaceChildren(...lines);
  box.hidden = lines.length === 0;
}

let depth = 0; // dragenter and dragleave come for every child that the pointer crosses
form.addEventListener("dragenter", (event) => {
  event.preventDefault();
  depth += 1;
  form.classList.add("is-target");
});
form.addEventListener("dragleave", () => {
  depth -= 1;
  form.classList.toggle("is-target", depth > 0);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault(); // a file dropped beside the zone must not replace the page
  depth = 0;
  form.classList.remove("is-target");
  addFiles(event.dataTransfer?.files ?? []);
});
addEventListener("beforeunload", (event) => {
  if (sending || waiting.length) event.preventDefault();
});

let lostTimer = 0;
/** @param {boolean} isUp */
function onLink(isUp) {
  clearTimeout(lostTimer);
  if (isUp) linkLost.hidden = true;
  else lostTimer = setTimeout(() => (linkLost.hidden = followed.size === 0), 3000);
}

watchJobs({
  onJob: (job) => followed.get(job.id)?.showJob(job),
  waitingFor: () => [...followed].filter(([, item]) => !item.isOver).map(([id]) => id),
  onGone: (id) => followed.get(id)?.showRefused(gettext("The session was deleted.")),
  onLink,
});
offerToResume().catch(() => {}); // a list that cannot be had takes nothing away: the same file goes on all the same
document.documentElement.classList.add("has-script");
