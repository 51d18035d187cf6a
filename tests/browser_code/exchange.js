// What the tus library needs of a browser: a storage, and an XMLHttpRequest that the test answers. Load it first.

class Storage {
  kept = new Map();

  get length() {
    return this.kept.size;
  }

  key(place) {
    return [...this.kept.keys()][place];
  }

  getItem(key) {
    return this.kept.get(key) ?? null;
  }

  setItem(key, value) {
    this.kept.set(key, String(value));
  }

  removeItem(key) {
    this.kept.delete(key);
  }
}

export class Exchange {
  /** Every request so far, as {method, url, headers, body}. */
  static requests = [];
  /** The test's answer to a request: {status, headers, body}; null where the connection breaks. */
  static answer = () => null;

  upload = {};

  open(method, url) {
    this.request = { method, url, headers: {}, body: null };
  }

  setRequestHeader(name, value) {
    this.request.headers[name] = value;
  }

  getResponseHeader(name) {
    return this.answered.headers?.[name] ?? null;
  }

  send(body) {
    this.request.body = body;
    Exchange.requests.push(this.request);
    queueMicrotask(() => this.finish(Exchange.answer(this.request)));
  }

  finish(answered) {
    if (this.isAborted) return;
    if (!answered) {
      this.onerror(new Error("The connection broke."));
      return;
    }
    this.answered = answered;
    this.status = answered.status;
    this.responseText = answered.body ?? "";
    this.onload();
  }

  abort() {
    this.isAborted = true;
  }
}

globalThis.window = globalThis;
globalThis.localStorage = new Storage();
globalThis.XMLHttpRequest = Exchange;
