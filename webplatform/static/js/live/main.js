// The live page: camera -> frames -> answers -> pictures with boxes. The server's answers set the pace.

import { fill, formatClock, formatNumber, pageData } from "../format.js";
import { chosen, isChosen } from "../whom.js";
import { Camera } from "./camera.js";
import { SelfCheck } from "./check.js";
import { FaceCards } from "./faces.js";
import { Link } from "./link.js";
import { Stage } from "./stage.js";
import { Trend } from "./trend.js";

const byId = (id) => document.getElementById(id);
const TELL_EVERY_MS = 1000;
const SAY_EVERY_MS = 10_000;
const BUSY_WAIT_MS = 200;

class LivePage {
  constructor() {
    this.data = pageData("live-data");
    this.words = pageData("words");
    const parts = { ...this.data, words: this.words };
    this.camera = new Camera(byId("camera-video"));
    this.check = new SelfCheck(this.camera, byId("checks"), this.words, () => this.checkPath());
    this.stage = new Stage(byId("stage-canvas"), parts);
    this.cards = new FaceCards(byId("faces"), byId("face-template"), parts);
    this.parts = parts;
    this.tabs = new BroadcastChannel("raut-live");
    this.shown = [];
    this.isPaused = false;
    this.listen();
    document.documentElement.classList.add("has-script");
    byId("turn-on").disabled = false; // only now does it do anything
  }

  listen() {
    byId("turn-on").addEventListener("click", () => this.turnOn());
    byId("camera").addEventListener("change", () => this.turnOn(byId("camera").value));
    byId("mirror").addEventListener("change", () => this.mirror());
    byId("setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    byId("pause").addEventListener("click", () => this.pause(!this.isPaused));
    byId("stop").addEventListener("click", () => this.stop());
    byId("marker-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.mark();
    });
    this.camera.addEventListener("lost", () => this.loseCamera());
    document.addEventListener("visibilitychange", () => this.changeVisibility());
    addEventListener("beforeunload", (event) => this.isRunning && event.preventDefault());
    addEventListener("pagehide", () => this.camera.turnOff());
    addEventListener("offline", () => this.link?.drop());
    this.tabs.addEventListener("message", ({ data }) => {
      if (data === "started") this.notice("otherTab");
      if (data === "anybody?" && this.isRunning) this.tabs.postMessage("started");
    });
    this.tabs.postMessage("anybody?");
  }

  get isRunning() {
    return Boolean(this.link) && !["closed", "idle"].includes(this.link.state);
  }

  // -- before ----------------------------------------------------------------------------------------------------
  async turnOn(deviceId) {
    if (!isChosen()) {
      byId("of").reportValidity();
      return;
    }
    this.problem("");
    byId("turn-on").disabled = true;
    try {
      const used = await this.camera.turnOn(deviceId);
      const cameras = await this.camera.list();
      byId("camera").replaceChildren(
        ...cameras.map(({ id, label }) => new Option(label, id, id === used, id === used)),
      );
      byId("preview").hidden = false;
      byId("turn-on").hidden = true;
      byId("start").disabled = false;
      this.mirror();
      this.check.start();
    } catch (error) {
      this.problem(this.words[error.reason] ?? this.words.cameraBusy);
    } finally {
      byId("turn-on").disabled = false;
    }
  }

  /** Where pictures are checked: on the consent of whoever is before the camera. */
  checkPath() {
    const { participant } = chosen();
    return participant ? `${this.data.check}?participant=${participant}` : this.data.check;
  }

  mirror() {
    this.stage.isMirrored = byId("mirror").checked;
    byId("camera-video").classList.toggle("mirrored", this.stage.isMirrored);
  }

  start() {
    if (!this.camera.isOn) {
      this.problem(this.words.cameraFirst);
      return;
    }
    this.check.stop();
    this.problem("");
    byId("start").disabled = true;
    this.fps = Number(byId("fps").value);
    this.link = new Link(this.data.socket);
    this.link.addEventListener("ready", ({ detail }) => this.beReady(detail));
    this.link.addEventListener("result", ({ detail }) => this.show(detail));
    this.link.addEventListener("marker", ({ detail }) => this.listMarker(detail));
    this.link.addEventListener("refused", ({ detail }) => this.problem(detail.message));
    this.link.addEventListener("lost", ({ detail }) => this.tellLost(detail.forMs));
    this.link.addEventListener("ended", ({ detail }) => (this.ended = detail));
    this.link.addEventListener("closed", ({ detail }) => this.leave(detail));
    this.link.start({ title: byId("title").value, ...chosen(), fps: this.fps });
  }

  // -- while it runs ---------------------------------------------------------------------------------------------
  beReady() {
    if (!this.startedAt) {
      this.startedAt = performance.now();
      byId("setup").hidden = true;
      byId("intro").hidden = true;
      byId("running").hidden = false;
      byId("running-title").focus();
      this.trend = new Trend(byId("trend"), this.parts);
      this.tabs.postMessage("started");
      this.clock = setInterval(() => this.tellState(), TELL_EVERY_MS);
      this.voice = setInterval(() => this.say(this.cards.describe()), SAY_EVERY_MS);
    }
    this.say(this.words.connected);
    byId("connection").dataset.state = "good";
    byId("connection").textContent = this.words.connected;
    if (!this.isPumping) this.pump();
  }

  get nowMs() {
    return performance.now() - this.startedAt;
  }

  /** Take and send a picture whenever one is due and the last one is answered, until the session ends. */
  async pump() {
    this.isPumping = true;
    let dueAt = performance.now();
    while (this.isRunning && this.camera.isOn) {
      const waitMs = Math.max(dueAt - performance.now(), 0);
      await new Promise((done) => setTimeout(done, this.isPaused ? BUSY_WAIT_MS : Math.max(waitMs, 4)));
      if (this.isPaused || !this.link.mayBeSent || performance.now() < dueAt) continue;
      dueAt = Math.max(dueAt + 1000 / this.fps, performance.now());
      await this.sendOne();
    }
    this.isPumping = false;
  }

  async sendOne() {
    const takenAt = performance.now();
    const tMs = takenAt - this.startedAt;
    const taken = await this.camera.take();
    if (!taken || !this.link.mayBeSent) return taken?.picture.close();
    const seq = await this.link.sendFrame(taken.jpeg, tMs, takenAt);
    this.stage.keep(seq, taken.picture);
  }

  show(result) {
    if (!this.stage.show(result)) return;
    this.shown.push({ at: performance.now(), latencyMs: result.latencyMs });
    this.cards.show(result.faces, result.t_ms);
    this.trend.add(result.faces, result.t_ms);
  }

  tellState() {
    const since = performance.now() - 5000;
    this.shown = this.shown.filter(({ at }) => at > since);
    const latencies = this.shown.map(({ latencyMs }) => latencyMs).sort((one, other) => one - other);
    const median = latencies[Math.floor(latencies.length / 2)];
    byId("elapsed").textContent = formatClock(this.nowMs);
    byId("rate").textContent = fill(this.words.perSecond, { n: formatNumber(this.shown.length / 5, 1) });
    byId("latency").textContent = median === undefined ? "–" : `${Math.round(median)} ms`;
  }

  tellLost(forMs) {
    byId("connection").dataset.state = "bad";
    byId("connection").textContent = fill(this.words.reconnecting, { n: Math.round(forMs / 1000) });
    if (forMs < 500) this.say(this.words.lostConnection);
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.link.say({ type: isPaused ? "pause" : "continue" });
    byId("pause").setAttribute("aria-pressed", String(isPaused));
    byId("pause-word").textContent = isPaused ? this.words.goOn : this.words.pause;
    byId("stage").classList.toggle("paused", isPaused);
    this.say(isPaused ? this.words.paused : this.words.goesOn);
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
      this.notice("wasHidden");
    }
  }

  mark() {
    const field = byId("marker-text");
    const text = field.value.trim() || fill(this.words.markerNumber, { n: byId("markers").children.length + 1 });
    this.link.say({ type: "marker", t_ms: Math.round(this.nowMs), text });
    field.value = "";
    field.focus();
  }

  listMarker({ t_ms: tMs, text }) {
    const row = document.createElement("li");
    row.textContent = `${formatClock(tMs)} · ${text}`;
    byId("markers").prepend(row);
    this.say(fill(this.words.marked, { text }));
  }

  loseCamera() {
    this.check.stop();
    if (this.isRunning) {
      this.notice("unplugged");
      this.stop();
    } else {
      byId("preview").hidden = true;
      byId("turn-on").hidden = false;
      byId("start").disabled = true;
      this.problem(this.words.unplugged);
    }
  }

  // -- afterwards ------------------------------------------------------------------------------------------------
  stop() {
    byId("stop").disabled = true;
    this.say(this.words.stopping);
    this.link.stop();
  }

  leave({ code, message }) {
    clearInterval(this.clock);
    clearInterval(this.voice);
    this.camera.turnOff();
    if (code === 1000 && this.ended?.url) {
      location.assign(this.ended.url);
      return;
    }
    byId("running").hidden = true;
    byId("setup").hidden = true;
    byId("intro").hidden = true;
    byId("over").hidden = false;
    byId("over-text").textContent = message || (code === 1000 ? this.words.nothing : this.words.gaveUp);
    const url = this.ended?.url;
    byId("over-session").hidden = !url;
    if (url) byId("over-session").href = url;
    byId("over-title").focus();
  }

  problem(text) {
    byId("problem").hidden = !text;
    byId("problem").querySelector("span").textContent = text;
  }

  notice(name) {
    byId("notice").hidden = false;
    byId("notice").querySelector("span").textContent = this.words[name];
  }

  say(text) {
    byId("announcement").textContent = text;
  }
}

new LivePage();
