// One line of the upload page: a file, from being chosen to its finished session.

import { copyOf, find, findIn } from "../dom.js";
import { fill, formatBytes, formatProgress, statusName } from "../format.js";
import { isFinal } from "./jobs.js";

/**
 * What an item asks its page to do.
 * @typedef {object} ItemActions
 * @property {(item: UploadItem) => void} remove
 * @property {(item: UploadItem) => void} stop
 * @property {(item: UploadItem, how?: {again?: boolean}) => void} again
 * @property {(item: UploadItem) => void} cancel
 * @property {(item: UploadItem) => void} retry
 * @property {(item: UploadItem, text: string) => void} announce
 */

/**
 * A button, or a link where it has an address.
 * @typedef {{text: string, name?: string, label?: string, href?: string, run?: () => void}} Control
 */

export class UploadItem {
  /**
   * @param {File} file
   * @param {ItemActions} actions
   */
  constructor(file, actions) {
    this.file = file;
    this.actions = actions;
    this.again = false;
    this.isSent = false; // whether the server has all of it
    this.isUnwanted = false; // whether its analysis is to be cancelled as soon as there is one
    /** @type {Job | null} */
    this.job = null;
    /** @type {Place} */
    this.place = {};
    this.element = copyOf(find("item-template", HTMLTemplateElement));
    this.bar = findIn(this.element, "progress", HTMLProgressElement);
    this.part(".item-title").textContent = file.name;
    this.part(".item-size").textContent = formatBytes(file.size);
    this.bar.setAttribute("aria-label", file.name);
  }

  get title() {
    return this.file.name;
  }

  /** Whether nothing more will happen to it by itself. */
  get isOver() {
    return this.job === null || isFinal(this.job);
  }

  /** @param {string} selector */
  part(selector) {
    return findIn(this.element, selector);
  }

  showWaiting() {
    this.show({ text: gettext("waits for the upload before it"), progress: 0, actions: [this.stopAction()] });
  }

  /**
   * @param {number} sent
   * @param {number} all
   */
  showSending(sent, all) {
    const isSent = sent >= all;
    this.isSent = isSent;
    const text = fill(gettext("uploading: {done} of {all}"), { done: formatBytes(sent), all: formatBytes(all) });
    this.show({
      text: isSent ? gettext("uploaded, being checked") : text,
      progress: isSent ? null : sent / all,
      actions: [this.stopAction()],
    });
  }

  /** @param {Job} job */
  showJob(job) {
    const isNews = this.job?.status !== job.status;
    this.job = job;
    this.show({
      text: job.error?.message || formatProgress(job),
      progress: job.status === "cancelled" || job.status === "failed" ? undefined : job.progress,
      tone: job.status === "failed" ? "bad" : job.status === "done" ? "good" : "",
      actions: this.jobActions(job),
    });
    if (isNews && isFinal(job)) this.actions.announce(this, statusName(job.status));
  }

  /**
   * What the server, or the way to it, said to an upload.
   * @param {import("../api.js").Refusal} refusal
   */
  showRefusal(refusal) {
    const isDuplicate = refusal.details.reason === "duplicate";
    /** @type {Record<number, string>} */
    const texts = {
      0: refusal.code === "lost" ? gettext("The connection broke during the upload.") : "",
      401: gettext("You are not logged in any more. Reload the page."),
    };
    const text =
      (isDuplicate && gettext("This video was analysed before.")) ||
      texts[refusal.status] ||
      refusal.message ||
      fill(gettext("The server did not take the file (status {status})."), { status: refusal.status });
    this.showRefused(text, {
      isRepeatable: refusal.status === 0 || refusal.status >= 500,
      earlier: isDuplicate ? refusal.details.session_url : undefined,
    });
  }

  /**
   * @param {string} text
   * @param {{isRepeatable?: boolean, earlier?: string}} [how]
   */
  showRefused(text, { isRepeatable = false, earlier } = {}) {
    this.job = null;
    /** @type {Control[]} */
    const actions = [];
    if (earlier) {
      actions.push({ text: gettext("Open the earlier session"), href: earlier });
      actions.push({ name: "again", text: gettext("Analyse anyway"), run: () => this.actions.again(this) });
    }
    if (isRepeatable)
      actions.push({ text: gettext("Try again"), run: () => this.actions.again(this, { again: this.again }) });
    actions.push({ text: gettext("Remove from the list"), run: () => this.actions.remove(this) });
    this.show({ text, tone: earlier ? "warn" : "bad", actions });
    this.actions.announce(this, text);
  }

  /** @param {string} text */
  showNote(text) {
    this.part(".item-text").textContent = text;
  }

  stopAction() {
    return {
      name: "stop",
      text: gettext("Cancel"),
      label: gettext("Cancel {title}"),
      run: () => this.actions.stop(this),
    };
  }

  /**
   * @param {Job} job
   * @returns {Control[]}
   */
  jobActions(job) {
    const open = { text: gettext("See the session"), href: job.session_url };
    if (job.status === "done") return [open];
    if (isFinal(job)) return [{ text: gettext("Try again"), run: () => this.actions.retry(this) }, open];
    return [
      {
        name: "cancel",
        text: gettext("Cancel"),
        label: gettext("Cancel {title}"),
        run: () => this.actions.cancel(this),
      },
    ];
  }

  /**
   * Progress: 0 to 1, null for "unknown", undefined for no bar.
   * @param {{text: string, progress?: number | null, tone?: string, actions: Control[]}} look
   */
  show({ text, progress, tone = "", actions }) {
    const { bar } = this;
    bar.hidden = progress === undefined;
    if (progress === null) bar.removeAttribute("value");
    else if (progress !== undefined) bar.value = progress;
    this.part(".item-text").textContent = text;
    this.element.dataset.tone = tone;
    this.showActions(actions);
  }

  /**
   * Buttons are drawn anew only when they change, so that the focus stays while progress comes in.
   * @param {Control[]} actions
   */
  showActions(actions) {
    const key = actions.map(({ name, text, href }) => `${name} ${text} ${href ?? ""}`).join("|");
    if (this.element.dataset.actions === key) return;
    this.element.dataset.actions = key;
    this.part(".item-actions").replaceChildren(...actions.map((action) => this.control(action)));
  }

  /** @param {Control} action */
  control({ text, href, label, run }) {
    const control = href ? linkTo(href) : buttonFor(run);
    control.textContent = text;
    control.className = "secondary outline small";
    if (label) control.setAttribute("aria-label", fill(label, { title: this.title }));
    return control;
  }
}

/** @param {string} href */
function linkTo(href) {
  const link = document.createElement("a");
  link.href = href;
  link.setAttribute("role", "button");
  return link;
}

/** @param {() => void} [run] */
function buttonFor(run) {
  const button = document.createElement("button");
  button.type = "button";
  if (run) button.addEventListener("click", run);
  return button;
}
