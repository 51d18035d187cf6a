// The participant's page: the camera is checked, a film is shown (or none), and each film makes a session of its own.
// Times are the film's: a picture is sent only while the film runs, with the place in the film where it was taken.

import { find, findAll, findIn, findOptional } from "../dom.js";
import { fill, formatClock, pageData } from "../format.js";
import { Camera, cameraProblemText } from "../live/camera.js";
import { SelfCheck } from "../live/check.js";
import { FaceCards } from "../live/faces.js";
import { Link } from "../live/link.js";

const FPS = 10;
const WAIT_MS = 20;
const TELL_EVERY_MS = 500;
const MAY_LEAP_S = 1;
const PARTS = ["setup", "running", "between", "over"];

class ShowingPage {
  constructor() {
    /** @type {ShowingData} */
    this.data = pageData("live-data");
    this.films = [...this.data.films];
    this.film = findOptional("film", HTMLVideoElement);
    /** @type {Film | undefined} the one that is shown, or will be next */
    this.shown = undefined;
    this.reachedS = 0;
    this.lastMs = -1;
    /** @type {Link | null} */
    this.link = null;
    /** @type {EndedMessage | null} */
    this.ended = null;
    /** @type {number | null} performance.now() of the session's first connection */
    this.startedAt = null;
    this.clock = 0;
    this.isHeld = false;
    this.isPumping = false;
    this.camera = new Camera(find("camera-video", HTMLVideoElement));
    this.check = new SelfCheck(this.camera, find("checks"), () => this.data.check, this.data.reasons);
    this.cards = this.data.showsScores
      ? new FaceCards(find("faces"), find("face-template", HTMLTemplateElement), this.data)
      : null;
    this.isPaused = false;
    this.listen();
    if (this.film) this.listenToFilm(this.film);
    this.load();
    document.documentElement.classList.add("has-script");
    find("turn-on", HTMLButtonElement).disabled = false; // only now does it do anything
  }

  listen() {
    find("turn-on").addEventListener("click", () => this.turnOn());
    find("camera").addEventListener("change", () => this.turnOn(find("camera", HTMLSelectElement).value));
    find("start").addEventListener("click", () => this.start());
    find("next").addEventListener("click", () => this.start());
    find("pause").addEventListener("click", () => this.pause(!this.isPaused));
    find("stop").addEventListener("click", () => this.stop());
    this.camera.addEventListener("lost", () => this.loseCamera());
    document.addEventListener("visibilitychange", () => this.isRunning && document.hidden && this.pause(true));
    addEventListener("beforeunload", (event) => this.isRunning && event.preventDefault());
    addEventListener("pagehide", () => this.camera.turnOff());
    addEventListener("offline", () => this.link?.drop());
  }

  /** @param {HTMLVideoElement} film */
  listenToFilm(film) {
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
      this.problem(gettext("The film cannot be played. What was recorded until then is kept."));
      if (this.isRunning) this.stop();
    });
  }

  get isRunning() {
    return this.link !== null && !["closed", "idle"].includes(this.link.state);
  }

  /** The next film, from its start; nothing of it is played yet. */
  load() {
    [this.shown] = this.films;
    this.reachedS = 0;
    this.lastMs = -1;
    if (!this.shown || !this.film) return;
    this.film.src = this.shown.url;
    this.film.setAttribute("aria-label", this.shown.title);
  }

  // -- before ----------------------------------------------------------------------------------------------------
  /** @param {string} [deviceId] */
  async turnOn(deviceId) {
    this.problem("");
    find("turn-on", HTMLButtonElement).disabled = true;
    try {
      const used = await this.camera.turnOn(deviceId);
      const cameras = await this.camera.list();
      find("camera").replaceChildren(
        ...cameras.map(({ id, label }) => new Option(label, id, id === used, id === used)),
      );
      find("camera-choice").hidden = cameras.length < 2;
      find("preview").hidden = false;
      find("turn-on").hidden = true;
      find("start").hidden = false;
      this.check.start();
    } catch (error) {
      this.problem(cameraProblemText(error));
    } finally {
      find("turn-on", HTMLButtonElement).disabled = false;
    }
  }

  start() {
    if (!this.camera.isOn) {
      this.problem(gettext("Turn the camera on first."));
      return;
    }
    this.check.stop();
    this.problem("");
    find("start", HTMLButtonElement).disabled = find("next", HTMLButtonElement).disabled = true;
    this.startedAt = this.ended = null;
    this.isPaused = this.isHeld = false;
    const link = new Link(this.data.socket);
    this.link = link;
    link.on("ready", () => this.beReady());
    link.on("result", ({ faces, t_ms: tMs }) => faces && this.cards?.show(faces, tMs));
    link.on("refused", ({ message }) => this.problem(message));
    link.on("lost", ({ forMs }) => this.lose(forMs));
    link.on("ended", (ended) => {
      this.ended = ended;
    });
    link.on("closed", (closed) => this.leave(closed));
    link.start({ fps: FPS, ...(this.shown ? { stimulus: this.shown.id } : {}) });
  }

  // -- while it runs ---------------------------------------------------------------------------------------------
  beReady() {
    if (this.startedAt === null) {
      this.startedAt = performance.now();
      findAll(document, ".messages")[0]?.remove(); // nothing beside the film
      this.show("running");
      find("stop", HTMLButtonElement).disabled = false;
      this.tellPause();
      find("running-title").focus();
      this.clock = setInterval(() => this.tellTime(), TELL_EVERY_MS);
    }
    find("connection").hidden = true;
    this.isHeld = false;
    this.run();
    if (!this.isPumping) this.pump();
  }

  /** Let the film run, as far as nobody has paused it; a browser that wants a click for that gets one. */
  async run() {
    if (!this.shown || !this.film || this.isPaused) return;
    try {
      await this.film.play();
    } catch (error) {
      if (error instanceof Error && error.name === "NotAllowedError") this.pause(true);
    }
  }

  /** Whether the film stands still, or nothing is to be read: then no picture is taken. */
  get isStill() {
    const film = this.shown ? this.film : null;
    const isFilmStill = film && (film.paused || film.ended || film.seeking || film.readyState < 3);
    return this.isPaused || this.isHeld || Boolean(isFilmStill);
  }

  get nowMs() {
    if (this.shown && this.film) return Math.round(this.film.currentTime * 1000);
    return performance.now() - (this.startedAt ?? performance.now());
  }

  async pump() {
    this.isPumping = true;
    let dueAt = performance.now();
    while (this.isRunning && this.camera.isOn) {
      await new Promise((done) => setTimeout(done, Math.max(dueAt - performance.now(), this.isStill ? WAIT_MS : 4)));
      if (this.isStill || !this.link?.mayBeSent || performance.now() < dueAt) continue;
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
    const { link } = this;
    if (!taken || !link?.mayBeSent) return;
    this.lastMs = tMs;
    await link.sendFrame(taken.jpeg, tMs, takenAt);
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    if (this.shown && isPaused) this.film?.pause();
    this.run();
    this.tellPause();
    this.tellFlow();
    this.say(isPaused ? gettext("Paused: nothing is analysed.") : gettext("The session goes on."));
  }

  tellPause() {
    find("pause").setAttribute("aria-pressed", String(this.isPaused));
    find("pause-word").textContent = this.isPaused ? gettext("Go on") : gettext("Pause");
  }

  /** The server learns that no picture comes for a while, so that it does not take the session for left. */
  tellFlow() {
    if (this.isRunning) this.link?.say({ type: this.isStill ? "pause" : "continue" });
    find("loading").hidden = !(
      this.isRunning &&
      this.shown &&
      this.film &&
      !this.film.paused &&
      this.film.readyState < 3
    );
  }

  tellTime() {
    const now = formatClock(this.nowMs);
    find("elapsed").textContent = this.shown
      ? fill(gettext("{now} of {end}"), { now, end: formatClock(this.shown.durationMs) })
      : now;
  }

  /**
   * Without a connection the film waits: what nobody reads must not be shown.
   * @param {number} forMs
   */
  lose(forMs) {
    this.isHeld = true;
    if (this.shown) this.film?.pause();
    find("connection").hidden = false;
    find("connection").textContent = fill(gettext("lost, trying again ({n} s)"), { n: Math.round(forMs / 1000) });
    if (forMs < TELL_EVERY_MS) this.say(gettext("The connection is lost. The session goes on when it is back."));
  }

  loseCamera() {
    this.check.stop();
    this.problem(gettext("The camera is gone: it was unplugged, or its permission was taken back."));
    if (this.isRunning) {
      this.stop();
      return;
    }
    find("preview").hidden = find("start").hidden = true;
    find("turn-on").hidden = false;
  }

  // -- afterwards ------------------------------------------------------------------------------------------------
  stop() {
    if (!this.isRunning) return;
    this.isHeld = true;
    this.film?.pause();
    find("stop", HTMLButtonElement).disabled = true;
    this.say(gettext("Stopping"));
    this.link?.stop();
  }

  /** @param {LinkEvents["closed"]} closed */
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
    find("over-text").textContent =
      message ||
      (code === 1000
        ? gettext("No picture reached the server, so nothing was kept.")
        : gettext("The connection was lost. What was recorded until then is kept."));
    find("over-title").focus();
  }

  offerNext() {
    this.load();
    find("left").textContent = fill(ngettext("One more film is left.", "{n} more films are left.", this.films.length), {
      n: this.films.length,
    });
    find("next", HTMLButtonElement).disabled = false;
    this.show("between");
    find("between-title").focus();
  }

  /** @param {string} name */
  show(name) {
    for (const part of PARTS) find(part).hidden = part !== name;
  }

  /** @param {string} text */
  problem(text) {
    find("problem").hidden = !text;
    findIn(find("problem"), "span").textContent = text;
  }

  /** @param {string} text */
  say(text) {
    find("announcement").textContent = text;
  }
}

new ShowingPage();
