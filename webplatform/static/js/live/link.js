// The live socket: docs/live-protocol.md from the client's side. Lost connections are resumed for half a minute.

const VERSION = 1;
const FRAME = 1;
const HEADER_BYTES = 12;
const LOST = new Set([1001, 1005, 1006, 1012, 1013]);
const COME_BACK = 1012; // this process ends, another one goes on: at once, but not all of its cameras together
const COME_BACK_WITHIN_MS = 200;
const START_TRIES = 4; // of a handshake: each may meet another process, and the last one is told why there is no room
const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 4000;
const TELL_LATENCY_EVERY_MS = 3000;
const ANSWER_WITHIN_MS = 8000;
const LAST_ANSWERS_WITHIN_MS = 1000;
const END_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

/** @typedef {{type: "start" | "resume", version: number, [name: string]: unknown}} FirstMessage */

/**
 * Emits "ready" (detail: the server's message), "result", "marker", "refused", "ended", "lost" and "closed"
 * (detail: {code, message}). `maxInFlight` frames travel at once.
 */
export class Link extends EventTarget {
  /**
   * @param {string} path
   * @param {number} [maxInFlight]
   */
  constructor(path, maxInFlight = 1) {
    super();
    this.address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.maxInFlight = maxInFlight;
    /** @type {Map<number, number>} seq -> performance.now() of the capture */
    this.sentAt = new Map();
    /** @type {number[]} */
    this.latencies = [];
    this.sent = 0;
    this.seq = 0;
    this.tries = 0;
    this.timer = 0;
    this.token = "";
    this.resumeWithinMs = 0;
    this.startTries = 1;
    this.wasOpened = false;
    /** @type {FirstMessage | null} what the connection begins with */
    this.first = null;
    /** @type {"idle" | "open" | "lost" | "stopping" | "closed"} */
    this.state = "idle";
    /** @type {number | null} performance.now() of the loss that is not made good yet */
    this.lostAt = null;
    /** @type {ClosingMessage | null} why the server ends it */
    this.closing = null;
    /** @type {WebSocket | null} */
    this.socket = null;
  }

  /**
   * @template {keyof LinkEvents} Name
   * @param {Name} name
   * @param {(detail: LinkEvents[Name]) => void} told
   */
  on(name, told) {
    this.addEventListener(name, (event) => told(/** @type {CustomEvent<LinkEvents[Name]>} */ (event).detail));
  }

  /** @param {Record<string, unknown>} asked */
  start(asked) {
    this.open({ type: "start", version: VERSION, ...asked });
  }

  get mayBeSent() {
    return this.state === "open" && this.sentAt.size < this.maxInFlight;
  }

  /** @param {FirstMessage} first */
  open(first) {
    this.seq = 0;
    this.closing = null;
    this.wasOpened = false;
    this.sentAt.clear();
    const wantsWords = first.type === "start" && this.startTries >= START_TRIES;
    const socket = new WebSocket(wantsWords ? `${this.address}?explain=1` : this.address);
    this.socket = socket;
    this.first = first;
    socket.addEventListener("open", () => {
      this.wasOpened = true;
      socket.send(JSON.stringify(first));
    });
    socket.addEventListener("message", ({ data }) => socket === this.socket && this.hear(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => socket === this.socket && this.lose(code));
  }

  /** @param {LiveMessage} message */
  hear(message) {
    if (message.type === "ready") this.beReady(message);
    else if (message.type === "result") this.takeResult(message);
    else if (message.type === "closing") this.closing = message;
    else if (message.type === "error") this.tell("refused", message);
    else this.tell(message.type, message);
  }

  /** @param {ReadyMessage} message */
  beReady(message) {
    this.token = message.token;
    this.resumeWithinMs = message.resume_within_s * 1000;
    this.maxInFlight = Math.min(this.maxInFlight, message.max_in_flight);
    this.state = "open";
    this.lostAt = null;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tellLatency(), TELL_LATENCY_EVERY_MS);
    this.tell("ready", message);
  }

  /** @param {ResultMessage} message */
  takeResult(message) {
    const sentAt = this.sentAt.get(message.seq);
    this.sentAt.delete(message.seq);
    const latencyMs = sentAt === undefined ? null : performance.now() - sentAt;
    if (latencyMs !== null) this.latencies.push(Math.round(latencyMs * 10) / 10);
    this.tell("result", { ...message, latencyMs });
  }

  /**
   * Send one picture; returns its seq.
   * @param {Blob} jpeg
   * @param {number} tMs
   * @param {number} takenAt performance.now()
   */
  async sendFrame(jpeg, tMs, takenAt) {
    const seq = this.seq;
    this.seq += 1;
    this.sentAt.set(seq, takenAt);
    const socket = this.socket;
    const picture = await jpeg.arrayBuffer();
    const message = new Uint8Array(HEADER_BYTES + picture.byteLength);
    const header = new DataView(message.buffer);
    header.setUint8(0, VERSION);
    header.setUint8(1, FRAME);
    header.setUint32(4, seq);
    header.setUint32(8, Math.round(tMs));
    message.set(new Uint8Array(picture), HEADER_BYTES);
    if (socket && socket === this.socket && socket.readyState === WebSocket.OPEN) {
      socket.send(message);
      this.sent += 1;
    }
    return seq;
  }

  /** @param {{type: string, [name: string]: unknown}} message */
  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Send no more, wait a moment for what is in flight, and end the session; without a connection, give it up. */
  async stop() {
    if (this.state === "stopping" || this.state === "closed") return;
    if (this.state !== "open") {
      this.giveUp();
      return;
    }
    this.state = "stopping";
    const until = performance.now() + LAST_ANSWERS_WITHIN_MS;
    while (this.sentAt.size && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    this.tellLatency();
    this.say({ type: "stop" });
    setTimeout(() => this.state === "stopping" && this.giveUp(), END_WITHIN_MS);
  }

  giveUp() {
    const { socket } = this;
    this.state = "stopping";
    this.socket = null;
    this.lose(1006);
    socket?.close();
  }

  tellLatency() {
    if (this.latencies.length) {
      this.say({ type: "latency", round_trip_ms: this.latencies.splice(0, 1000), sent: this.sent });
    }
    // A frame whose answer never came must not keep the camera waiting: the connection is dead then.
    const oldest = Math.min(...this.sentAt.values());
    if (performance.now() - oldest > ANSWER_WITHIN_MS) this.drop();
  }

  /** Pretend nothing more is heard on this connection, and try a new one. */
  drop() {
    const { socket } = this;
    if (this.state !== "open") return;
    this.lose(1006);
    socket?.close();
  }

  /** @param {number} code */
  lose(code) {
    clearInterval(this.timer);
    if (this.mayStartAgain(code)) {
      this.startTries += 1;
      this.socket = null;
      setTimeout(() => this.state === "idle" && this.first && this.open(this.first), FIRST_RETRY_MS);
      return;
    }
    const mayResume = this.token && this.state !== "stopping" && !this.closing && LOST.has(code);
    this.lostAt ??= performance.now();
    if (mayResume && performance.now() - this.lostAt < this.resumeWithinMs) {
      const tries = this.state === "lost" ? this.tries + 1 : 0;
      this.tries = tries;
      this.state = "lost";
      this.socket = null;
      this.tell("lost", { forMs: performance.now() - this.lostAt });
      const isSent = code === COME_BACK && tries === 0;
      const laterMs = Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS);
      const waitMs = isSent ? COME_BACK_WITHIN_MS * Math.random() : laterMs;
      setTimeout(
        () => this.state === "lost" && this.open({ type: "resume", version: VERSION, token: this.token }),
        waitMs,
      );
      return;
    }
    this.state = "closed";
    this.tell("closed", { code, message: this.closing?.message ?? "" });
  }

  /**
   * Whether nothing has begun yet and another process may have room.
   * @param {number} code
   */
  mayStartAgain(code) {
    return this.state === "idle" && this.startTries < START_TRIES && (!this.wasOpened || code === COME_BACK);
  }

  /**
   * @template {keyof LinkEvents} Name
   * @param {Name} name
   * @param {LinkEvents[Name]} detail
   */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
