// The live page: camera -> frames -> answers -> pictures with boxes. The server's answers set the pace.

import { find, findIn } from "../dom.js";
import { fill, formatClock, formatNumber, pageData } from "../format.js";
import { chosen, isChosen } from "../history/whom.js";
import { Camera, cameraProblemText } from "./camera.js";
import { SelfCheck } from "./check.js";
import { FaceCards } from "./faces.js";
import { Link } from "./link.js";
import { Stage } from "./stage.js";
import { Trend } from "./trend.js";

const TELL_EVERY_MS = 1000;
const SAY_EVERY_MS = 10_000;
const BUSY_WAIT_MS = 200;

class LivePage {
  constructor() {
    /** @type {LiveData} */
    this.data = pageData("live-data");
    this.camera = new Camera(find("camera-video", HTMLVideoElement));
    this.check = new SelfCheck(this.camera, find("checks"), () => this.checkPath(), this.data.reasons);
    this.stage = new Stage(find("stage-canvas", HTMLCanvasElement), this.data);
    this.cards = new FaceCards(find("faces"), find("face-template", HTMLTemplateElement), this.data);
    this.tabs = new BroadcastChannel("raut-live");
    /** @type {Link | null} */
    this.link = null;
    /** @type {Trend | null} made with the first connection */
    this.trend = null;
    /** @type {EndedMessage | null} */
    this.ended = null;
    /** @type {number | null} performance.now() of the first connection */
    this.startedAt = null;
    /** @type {{at: number, latencyMs: number}[]} answers of the last seconds */
    this.shown = [];
    this.fps = 10;
    this.clock = 0;
    this.voice = 0;
    this.isPaused = false;
    this.isPumping = false;
    this.wasHidden = false;
    this.listen();
    document.documentElement.classList.add("has-script");
    find("turn-on", HTMLButtonElement).disabled = false; // only now does it do anything
  }

  listen() {
    find("turn-on").addEventListener("click", () => this.turnOn());
    find("camera").addEventListener("change", () => this.turnOn(find("camera", HTMLSelectElement).value));
    find("mirror").addEventListener("change", () => this.mirror());
    find("setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    find("pause").addEventListener("click", () => this.pause(!this.isPaused));
    find("stop").addEventListener("click", () => this.stop());
    find("marker-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.mark();
    });
    this.camera.addEventListener("lost", () => this.loseCamera());
    document.addEventListener("visibilitychange", () => this.changeVisibility());
    addEventListener("beforeunload", (event) => this.isRunning && event.preventDefault());
    addEventListener("pagehide", () => this.camera.turnOff());
    addEventListener("offline", () => this.link?.drop());
    this.tabs.addEventListener("message", ({ data }) => {
      if (data === "started") this.notice(gettext("Another tab of this browser is recording a live session."));
      if (data === "anybody?" && this.isRunning) this.tabs.postMessage("started");
    });
    this.tabs.postMessage("anybody?");
  }

  get isRunning() {
    return this.link !== null && !["closed", "idle"].includes(this.link.state);
  }

  // -- before ----------------------------------------------------------------------------------------------------
  /** @param {string} [deviceId] */
  async turnOn(deviceId) {
    if (!isChosen()) {
      find("of", HTMLSelectElement).reportValidity();
      return;
    }
    this.problem("");
    find("turn-on", HTMLButtonElement).disabled = true;
    try {
      const used = await this.camera.turnOn(deviceId);
      const cameras = await this.camera.list();
      find("camera").replaceChildren(
        ...cameras.map(({ id, label }) => new Option(label, id, id === used, id === used)),
      );
      find("preview").hidden = false;
      find("turn-on").hidden = true;
      find("start", HTMLButtonElement).disabled = false;
      this.mirror();
      this.check.start();
    } catch (error) {
      this.problem(cameraProblemText(error));
    } finally {
      find("turn-on", HTMLButtonElement).disabled = false;
    }
  }

  /** Where pictures are checked: on the consent of whoever is before the camera. */
  checkPath() {
    const { participant } = chosen();
    return participant ? `${this.data.check}?participant=${participant}` : this.data.check;
  }

  mirror() {
    this.stage.isMirrored = find("mirror", HTMLInputElement).checked;
    find("camera-video").classList.toggle("mirrored", this.stage.isMirrored);
  }

  start() {
    if (!this.camera.isOn) {
      this.problem(gettext("Turn the camera on first."));
      return;
    }
    this.check.stop();
    this.problem("");
    find("start", HTMLButtonElement).disabled = true;
    this.fps = Number(find("fps", HTMLSelectElement).value);
    const link = new Link(this.data.socket);
    this.link = link;
    link.on("ready", () => this.beReady());
    link.on("result", (result) => this.show(result));
    link.on("marker", (marker) => this.listMarker(marker));
    link.on("refused", ({ message }) => this.problem(message));
    link.on("lost", ({ forMs }) => this.tellLost(forMs));
    link.on("ended", (ended) => {
      this.ended = ended;
    });
    link.on("closed", (closed) => this.leave(closed));
    link.start({ title: find("title", HTMLInputElement).value, ...chosen(), fps: this.fps });
  }

  // -- while it runs ---------------------------------------------------------------------------------------------
  beReady() {
    if (!this.startedAt) {
      this.startedAt = performance.now();
      find("setup").hidden = true;
      find("intro").hidden = true;
      find("running").hidden = false;
      find("running-title").focus();
      this.trend = new Trend(find("trend"), this.data);
      this.tabs.postMessage("started");
      this.clock = setInterval(() => this.tellState(), TELL_EVERY_MS);
      this.voice = setInterval(() => this.say(this.cards.describe()), SAY_EVERY_MS);
    }
    this.say(gettext("connected"));
    find("connection").dataset.state = "good";
    find("connection").textContent = gettext("connected");
    if (!this.isPumping) this.pump();
  }

  get nowMs() {
    return performance.now() - (this.startedAt ?? performance.now());
  }

  /** Take and send a picture whenever one is due and the last one is answered, until the session ends. */
  async pump() {
    this.isPumping = true;
    let dueAt = performance.now();
    while (this.isRunning && this.camera.isOn) {
      const waitMs = Math.max(dueAt - performance.now(), 0);
      await new Promise((done) => setTimeout(done, this.isPaused ? BUSY_WAIT_MS : Math.max(waitMs, 4)));
      if (this.isPaused || !this.link?.mayBeSent || performance.now() < dueAt) continue;
      dueAt = Math.max(dueAt + 1000 / this.fps, performance.now());
      await this.sendOne();
    }
    this.isPumping = false;
  }

  async sendOne() {
    const takenAt = performance.now();
    const tMs = takenAt - (this.startedAt ?? takenAt);
    const taken = await this.camera.take();
    const { link } = this;
    if (!taken || !link?.mayBeSent) return taken?.picture.close();
    const seq = await link.sendFrame(taken.jpeg, tMs, takenAt);
    this.stage.keep(seq, taken.picture);
  }

  /** @param {LinkEvents["result"]} result */
  show(result) {
    if (!this.stage.show(result)) return;
    const { faces = [], t_ms: tMs, latencyMs } = result;
    this.shown.push({ at: performance.now(), latencyMs: latencyMs ?? 0 });
    this.cards.show(faces, tMs);
    this.trend?.add(faces, tMs);
  }

  tellState() {
    const since = performance.now() - 5000;
    this.shown = this.shown.filter(({ at }) => at > since);
    const latencies = this.shown.map(({ latencyMs }) => latencyMs).sort((one, other) => one - other);
    const median = latencies[Math.floor(latencies.length / 2)];
    find("elapsed").textContent = formatClock(this.nowMs);
    find("rate").textContent = fill(gettext("{n} a second"), { n: formatNumber(this.shown.length / 5, 1) });
    find("latency").textContent = median === undefined ? "–" : `${Math.round(median)} ms`;
  }

  /** @param {number} forMs */
  tellLost(forMs) {
    find("connection").dataset.state = "bad";
    find("connection").textContent = fill(gettext("lost, trying again ({n} s)"), { n: Math.round(forMs / 1000) });
    if (forMs < 500) this.say(gettext("The connection is lost. The session goes on when it is back."));
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.link?.say({ type: isPaused ? "pause" : "continue" });
    find("pause").setAttribute("aria-pressed", String(isPaused));
    find("pause-word").textContent = isPaused ? gettext("Go on") : gettext("Pause");
    find("stage").classList.toggle("paused", isPaused);
    this.say(isPaused ? gettext("Paused: nothing is analysed.") : gettext("The session goes on."));
  }

  /** Browsers starve a hidden tab: better an honest pause than a crooked timeline. */
  changeVisibility() {
    if (!this.isRunning) return;
    if (document.hidden && !this.isPaused) {
      this.wasHidden = true;
      this.pause(true);
    } else if (!document.hidden && this.wasHidden) {
      this.wasHidden = false;
      this.pause(false);
      this.notice(gettext("The session was paused while this tab was in the background."));
    }
  }

  mark() {
    const field = find("marker-text", HTMLInputElement);
    const text = field.value.trim() || fill(gettext("Marker {n}"), { n: find("markers").children.length + 1 });
    this.link?.say({ type: "marker", t_ms: Math.round(this.nowMs), text });
    field.value = "";
    field.focus();
  }

  /** @param {MarkerMessage} marker */
  listMarker({ t_ms: tMs, text }) {
    const row = document.createElement("li");
    row.textContent = `${formatClock(tMs)} · ${text}`;
    find("markers").prepend(row);
    this.say(fill(gettext("Marked: {text}"), { text }));
  }

  loseCamera() {
    this.check.stop();
    if (this.isRunning) {
      this.notice(gettext("The camera is gone: it was unplugged, or its permission was taken back."));
      this.stop();
    } else {
      find("preview").hidden = true;
      find("turn-on").hidden = false;
      find("start", HTMLButtonElement).disabled = true;
      this.problem(gettext("The camera is gone: it was unplugged, or its permission was taken back."));
    }
  }

  // -- afterwards ------------------------------------------------------------------------------------------------
  stop() {
    find("stop", HTMLButtonElement).disabled = true;
    this.say(gettext("Stopping"));
    this.link?.stop();
  }

  /** @param {LinkEvents["closed"]} closed */
  leave({ code, message }) {
    clearInterval(this.clock);
    clearInterval(this.voice);
    this.camera.turnOff();
    if (code === 1000 && this.ended?.url) {
      location.assign(this.ended.url);
      return;
    }
    find("running").hidden = true;
    find("setup").hidden = true;
    find("intro").hidden = true;
    find("over").hidden = false;
    find("over-text").textContent =
      message ||
      (code === 1000
        ? gettext("No picture reached the server, so nothing was kept.")
        : gettext("The connection was lost. What was recorded until then is kept."));
    const url = this.ended?.url;
    find("over-session").hidden = !url;
    if (url) find("over-session", HTMLAnchorElement).href = url;
    find("over-title").focus();
  }

  /** @param {string} text */
  problem(text) {
    find("problem").hidden = !text;
    findIn(find("problem"), "span").textContent = text;
  }

  /** @param {string} text */
  notice(text) {
    find("notice").hidden = false;
    findIn(find("notice"), "span").textContent = text;
  }

  /** @param {string} text */
  say(text) {
    find("announcement").textContent = text;
  }
}

new LivePage();
