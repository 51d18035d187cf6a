// The participant's page: the camera is checked, a film is shown (or none), and each film makes a session of its own.
// Times are the film's: a picture is sent only while the film runs, with the place in the film where it was taken.

import { fill, formatClock, pageData } from "../format.js";
import { Camera } from "./camera.js";
import { SelfCheck } from "./check.js";
import { FaceCards } from "./faces.js";
import { Link } from "./link.js";

const byId = (id) => document.getElementById(id);
const FPS = 10;
const WAIT_MS = 20;
const TELL_EVERY_MS = 500;
const MAY_LEAP_S = 1;
const PARTS = ["setup", "running", "between", "over"];

class ShowingPage {
  constructor() {
    this.data = pageData("live-data");
    this.words = pageData("words");
    this.films = [...this.data.films];
    this.film = byId("film");
    this.camera = new Camera(byId("camera-video"));
    this.check = new SelfCheck(this.camera, byId("checks"), this.words, () => this.data.check);
    this.cards = this.data.showsScores
      ? new FaceCards(byId("faces"), byId("face-template"), { ...this.data, words: this.words })
      : null;
    this.isPaused = false;
    this.listen();
    if (this.film) this.listenToFilm();
    this.load();
    document.documentElement.classList.add("has-script");
    byId("turn-on").disabled = false; // only now does it do anything
  }

  listen() {
    byId("turn-on").addEventListener("click", () => this.turnOn());
    byId("camera").addEventListener("change", () => this.turnOn(byId("camera").value));
    byId("start").addEventListener("click", () => this.start());
    byId("next").addEventListener("click", () => this.start());
    byId("pause").addEventListener("click", () => this.pause(!this.isPaused));
    byId("stop").addEventListener("click", () => this.stop());
    this.camera.addEventListener("lost", () => this.loseCamera());
    document.addEventListener("visibilitychange", () => this.isRunning && document.hidden && this.pause(true));
    addEventListener("beforeunload", (event) => this.isRunning && event.preventDefault());
    addEventListener("pagehide", () => this.camera.turnOff());
    addEventListener("offline", () => this.link?.drop());
  }

  listenToFilm() {
    const { film } = this;
    for (const name of ["waiting", "playing", "pause"]) film.addEventListener(name, () => this.tellFlow());
    film.addEventListener("timeupdate", () => {
      if (!film.seeking) this.reachedS = Math.max(this.reachedS, film.currentTime);
    });
    // A keyboard's media keys may leap; what was not seen must not count as seen, nor anything twice.
    film.addEventListener("seeking", () => {
      if (Math.abs(film.currentTime - this.reachedS) > MAY_LEAP_S) film.currentTime = this.reachedS;
    });
    film.addEventListener("pause", () => this.isRunning && !film.ended && !this.isHeld && this.pause(true));
    film.addEventListener("ended", () => this.stop());
    film.addEventListener("error", () => {
      this.problem(this.words.filmBroken);
      if (this.isRunning) this.stop();
    });
  }

  get isRunning() {
    return Boolean(this.link) && !["closed", "idle"].includes(this.link.state);
  }

  /** The next film, from its start; nothing of it is played yet. */
  load() {
    [this.shown] = this.films;
    this.reachedS = 0;
    this.lastMs = -1;
    if (!this.shown) return;
    this.film.src = this.shown.url;
    this.film.setAttribute("aria-label", this.shown.title);
  }

  // -- before ----------------------------------------------------------------------------------------------------
  async turnOn(deviceId) {
    this.problem("");
    byId("turn-on").disabled = true;
    try {
      const used = await this.camera.turnOn(deviceId);
      const cameras = await this.camera.list();
      byId("camera").replaceChildren(
        ...cameras.map(({ id, label }) => new Option(label, id, id === used, id === used)),
      );
      byId("camera-choice").hidden = cameras.length < 2;
      byId("preview").hidden = false;
      byId("turn-on").hidden = true;
      byId("start").hidden = false;
      this.check.start();
    } catch (error) {
      this.problem(this.words[error.reason] ?? this.words.cameraBusy);
    } finally {
      byId("turn-on").disabled = false;
    }
  }

  start() {
    if (!this.camera.isOn) {
      this.problem(this.words.cameraFirst);
      return;
    }
    this.check.stop();
    this.problem("");
    byId("start").disabled = byId("next").disabled = true;
    this.startedAt = this.ended = null;
    this.isPaused = this.isHeld = false;
    this.link = new Link(this.data.socket);
    this.link.addEventListener("ready", () => this.beReady());
    this.link.addEventListener("result", ({ detail }) => detail.faces && this.cards?.show(detail.faces, detail.t_ms));
    this.link.addEventListener("refused", ({ detail }) => this.problem(detail.message));
    this.link.addEventListener("lost", ({ detail }) => this.lose(detail.forMs));
    this.link.addEventListener("ended", ({ detail }) => (this.ended = detail));
    this.link.addEventListener("closed", ({ detail }) => this.leave(detail));
    this.link.start({ fps: FPS, ...(this.shown ? { stimulus: this.shown.id } : {}) });
  }

  // -- while it runs ---------------------------------------------------------------------------------------------
  beReady() {
    if (this.startedAt === null) {
      this.startedAt = performance.now();
      document.querySelector(".messages")?.remove(); // nothing beside the film
      this.show("running");
      byId("stop").disabled = false;
      this.tellPause();
      byId("running-title").focus();
      this.clock = setInterval(() => this.tellTime(), TELL_EVERY_MS);
    }
    byId("connection").hidden = true;
    this.isHeld = false;
    this.run();
    if (!this.isPumping) this.pump();
  }

  /** Let the film run, as far as nobody has paused it; a browser that wants a click for that gets one. */
  async run() {
    if (!this.shown || this.isPaused) return;
    try {
      await this.film.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.pause(true);
    }
  }

  /** Whether the film stands still, or nothing is to be read: then no picture is taken. */
  get isStill() {
    const { film } = this;
    return (
      this.isPaused || this.isHeld || (this.shown && (film.paused || film.ended || film.seeking || film.readyState < 3))
    );
  }

  get nowMs() {
    return this.shown ? Math.round(this.film.currentTime * 1000) : performance.now() - this.startedAt;
  }

  async pump() {
    this.isPumping = true;
    let dueAt = performance.now();
    while (this.isRunning && this.camera.isOn) {
      await new Promise((done) => setTimeout(done, Math.max(dueAt - performance.now(), this.isStill ? WAIT_MS : 4)));
      if (this.isStill || !this.link.mayBeSent || performance.now() < dueAt) continue;
      dueAt = Math.max(dueAt + 1000 / FPS, performance.now());
      await this.sendOne();
    }
    this.isPumping = false;
  }

  async sendOne() {
    const [takenAt, tMs] = [performance.now(), this.nowMs];
    if (tMs <= this.lastMs) return;
    const taken = await this.camera.take();
    taken?.picture.close();
    if (!taken || !this.link.mayBeSent) return;
    this.lastMs = tMs;
    await this.link.sendFrame(taken.jpeg, tMs, takenAt);
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (this.shown && isPaused) this.film.pause();
    this.run();
    this.tellPause();
    this.tellFlow();
    this.say(isPaused ? this.words.paused : this.words.goesOn);
  }

  tellPause() {
    byId("pause").setAttribute("aria-pressed", String(this.isPaused));
    byId("pause-word").textContent = this.isPaused ? this.words.goOn : this.words.pause;
  }

  /** The server learns that no picture comes for a while, so that it does not take the session for left. */
  tellFlow() {
    if (this.isRunning) this.link.say({ type: this.isStill ? "pause" : "continue" });
    byId("loading").hidden = !(this.isRunning && this.shown && !this.film.paused && this.film.readyState < 3);
  }

  tellTime() {
    const now = formatClock(this.nowMs);
    byId("elapsed").textContent = this.shown
      ? fill(this.words.filmPlace, { now, end: formatClock(this.shown.durationMs) })
      : now;
  }

  /** Without a connection the film waits: what nobody reads must not be shown. */
  lose(forMs) {
    this.isHeld = true;
    if (this.shown) this.film.pause();
    byId("connection").hidden = false;
    byId("connection").textContent = fill(this.words.reconnecting, { n: Math.round(forMs / 1000) });
    if (forMs < TELL_EVERY_MS) this.say(this.words.lostConnection);
  }

  loseCamera() {
    this.check.stop();
    this.problem(this.words.unplugged);
    if (this.isRunning) {
      this.stop();
      return;
    }
    byId("preview").hidden = byId("start").hidden = true;
    byId("turn-on").hidden = false;
  }

  // -- afterwards ------------------------------------------------------------------------------------------------
  stop() {
    if (!this.isRunning) return;
    this.isHeld = true;
    this.film?.pause();
    byId("stop").disabled = true;
    this.say(this.words.stopping);
    this.link.stop();
  }

  leave({ code, message }) {
    clearInterval(this.clock);
    this.isHeld = true;
    this.film?.pause();
    if (code === 1000 && this.ended?.url) {
      this.films.shift();
      if (this.films.length && this.camera.isOn) this.offerNext();
      else location.assign(this.ended.url);
      return;
    }
    this.camera.turnOff();
    this.show("over");
    byId("over-text").textContent = message || (code === 1000 ? this.words.nothing : this.words.gaveUp);
    byId("over-title").focus();
  }

  offerNext() {
    this.load();
    byId("left").textContent = fill(this.films.length === 1 ? this.words.oneFilmLeft : this.words.filmsLeft, {
      n: this.films.length,
    });
    byId("next").disabled = false;
    this.show("between");
    byId("between-title").focus();
  }

  show(name) {
    for (const part of PARTS) byId(part).hidden = part !== name;
  }

  problem(text) {
    byId("problem").hidden = !text;
    byId("problem").querySelector("span").textContent = text;
  }

  say(text) {
    byId("announcement").textContent = text;
  }
}

new ShowingPage();
