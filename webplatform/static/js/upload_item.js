// One line of the upload page: a file, from being chosen to its finished session.

import { fill, formatBytes, formatProgress } from "./format.js";
import { isFinal } from "./jobs.js";

export class UploadItem {
  constructor(file, words, actions) {
    this.file = file;
    this.words = words;
    this.actions = actions;
    this.again = false;
    this.isSent = false; // whether the server has all of it
    this.isUnwanted = false; // whether its analysis is to be cancelled as soon as there is one
    this.job = null;
    const template = document.getElementById("item-template");
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part(".item-title").textContent = file.name;
    this.part(".item-size").textContent = formatBytes(file.size);
    this.part("progress").setAttribute("aria-label", file.name);
  }

  get title() {
    return this.file.name;
  }

  /** Whether nothing more will happen to it by itself. */
  get isOver() {
    return this.job === null || isFinal(this.job);
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  showWaiting() {
    this.show({ text: this.words.waiting, progress: 0, actions: [this.stopAction()] });
  }

  showSending(sent, all) {
    const isSent = sent >= all;
    this.isSent = isSent;
    const text = fill(this.words.uploading, { done: formatBytes(sent), all: formatBytes(all) });
    this.show({
      text: isSent ? this.words.checking : text,
      progress: isSent ? null : sent / all,
      actions: [this.stopAction()],
    });
  }

  showJob(job) {
    const isNews = this.job?.status !== job.status;
    this.job = job;
    this.show({
      text: job.error?.message || formatProgress(job, this.words),
      progress: job.status === "cancelled" || job.status === "failed" ? undefined : job.progress,
      tone: job.status === "failed" ? "bad" : job.status === "done" ? "good" : "",
      actions: this.jobActions(job),
    });
    if (isNews && isFinal(job)) this.actions.announce(this, this.words[job.status]);
  }

  /** What the server, or the way to it, said to an upload. */
  showRefusal(refusal) {
    const isDuplicate = refusal.details.reason === "duplicate";
    const texts = { 0: this.words[refusal.code], 401: this.words.signedOut };
    const text =
      (isDuplicate && this.words.duplicate) ||
      texts[refusal.status] ||
      refusal.message ||
      fill(this.words.refused, { status: refusal.status });
    this.showRefused(text, {
      isRepeatable: refusal.status === 0 || refusal.status >= 500,
      earlier: isDuplicate ? refusal.details.session_url : undefined,
    });
  }

  showRefused(text, { isRepeatable = false, earlier = undefined } = {}) {
    this.job = null;
    const actions = [];
    if (earlier) {
      actions.push({ text: this.words.openEarlier, href: earlier });
      actions.push({ name: "again", text: this.words.again, run: () => this.actions.again(this) });
    }
    if (isRepeatable)
      actions.push({ text: this.words.retry, run: () => this.actions.again(this, { again: this.again }) });
    actions.push({ text: this.words.remove, run: () => this.actions.remove(this) });
    this.show({ text, tone: earlier ? "warn" : "bad", actions });
    this.actions.announce(this, text);
  }

  showNote(text) {
    this.part(".item-text").textContent = text;
  }

  stopAction() {
    return { name: "stop", text: this.words.cancel, label: this.words.cancelOf, run: () => this.actions.stop(this) };
  }

  jobActions(job) {
    const open = { text: this.words.open, href: job.session_url };
    if (job.status === "done") return [open];
    if (isFinal(job)) return [{ text: this.words.retry, run: () => this.actions.retry(this) }, open];
    return [
      { name: "cancel", text: this.words.cancel, label: this.words.cancelOf, run: () => this.actions.cancel(this) },
    ];
  }

  /** Progress: 0 to 1, null for "unknown", undefined for no bar. */
  show({ text, progress = undefined, tone = "", actions }) {
    const bar = this.part("progress");
    bar.hidden = progress === undefined;
    if (progress === null) bar.removeAttribute("value");
    else if (progress !== undefined) bar.value = progress;
    this.part(".item-text").textContent = text;
    this.element.dataset.tone = tone;
    this.showActions(actions);
  }

  /** Buttons are drawn anew only when they change, so that the focus stays while progress comes in. */
  showActions(actions) {
    const key = actions.map(({ name, text, href }) => `${name} ${text} ${href ?? ""}`).join("|");
    if (this.element.dataset.actions === key) return;
    this.element.dataset.actions = key;
    this.part(".item-actions").replaceChildren(...actions.map((action) => this.control(action)));
  }

  control({ text, href, label, run }) {
    const control = document.createElement(href ? "a" : "button");
    control.textContent = text;
    control.className = "secondary outline small";
    if (label) control.setAttribute("aria-label", fill(label, { title: this.title }));
    if (href) {
      control.href = href;
      control.setAttribute("role", "button");
    } else {
      control.type = "button";
      control.addEventListener("click", run);
    }
    return control;
  }
}
