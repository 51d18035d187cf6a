// A WebSocket as the browser has it, whose other end is the test.

export class Connection extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  static all = [];

  static get last() {
    return Connection.all.at(-1);
  }

  constructor(address) {
    super();
    this.address = address;
    this.readyState = Connection.CONNECTING;
    this.sent = [];
    Connection.all.push(this);
  }

  send(message) {
    if (this.readyState !== Connection.OPEN) throw new Error("The connection is not open.");
    this.sent.push(typeof message === "string" ? JSON.parse(message) : message);
  }

  /** The page's own call: the answer to it comes later, or never on a dead network. */
  close() {
    if (this.readyState < Connection.CLOSING) this.readyState = Connection.CLOSING;
  }

  // -- the other end ---------------------------------------------------------------------------------------------
  accept() {
    this.readyState = Connection.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  say(message) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  end(code) {
    this.readyState = Connection.CLOSED;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
