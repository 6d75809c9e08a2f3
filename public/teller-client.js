// The live wire for browsers: one small module, no dependencies. docs/realtime.md is its protocol.
//
//   const wire = new TellerClient({ url: "ws://127.0.0.1:3001/ws", token: async () => accessToken });
//   wire.addEventListener("transaction", (event) => console.log(event.detail.transaction));
//   wire.start();

/**
 * @typedef {"stopped" | "connecting" | "authenticating" | "live" | "waiting" | "refused"} WireState
 *
 * @typedef {object} Options
 * @property {string} url of the socket
 * @property {(options: {fresh: boolean}) => Promise<string>} token an access token; `fresh`: the last one was refused
 * @property {(token: unknown) => boolean} [isFinal] whether an error of `token` means: logged out
 * @property {"all" | string[]} [accounts]
 * @property {Record<string, number>} [positions] the seq up to which each account is known already
 */

/** Closes after which another try would end the same way (docs/realtime.md, close codes). */
const finalCloses = new Set([1002, 1003, 1007, 1009, 4403]);
const tokenRefused = 4401;

const backoffMilliseconds = { base: 250, cap: 15_000 };
const acknowledgeEveryMilliseconds = 1_000;
const answerMillisecondsMax = 10_000;

/**
 * A connection that lives until it's stopped: it authenticates, subscribes, and after a cut takes up each
 * account where it was, so that every journal entry is told once and in order.
 *
 * Events, each with its message in `detail`: `state`, `subscribed`, `transaction`, `balance`, `refusal`,
 * `notification`, `problem`, `frame` (everything in and out), `loggedout`.
 */
export class TellerClient extends EventTarget {
  /** @type {WireState} */
  state = "stopped";
  /** @type {string | null} */
  connectionId = null;
  /** Clock of the server minus ours, in milliseconds, from the last ping. */
  clockOffset = 0;
  /** @type {number | null} the last ping's way there and back, in milliseconds */
  roundTrip = null;

  /** @type {Map<string, number>} */
  #positions;
  /** @type {Map<string, number>} */
  #toAcknowledge = new Map();
  /** @type {Map<string, {resolve: () => void, reject: (error: Error) => void, limit: number}>} */
  #logging = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  #options;
  #attempt = 0;
  #fresh = false;
  #retryTimer = 0;
  #acknowledgeTimer = 0;
  #watchTimer = 0;
  #acknowledgedAt = -Infinity;
  #heardAt = 0;
  #pingedAt = 0;
  #heartbeat = 25_000;
  /** @type {number | null} */
  #advisedWait = null;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#positions = new Map(Object.entries(options.positions ?? {}));
    this.online = () => this.#hurry();
    this.visible = () => document.visibilityState === "visible" && this.#check();
  }

  /** Connects, and from now on stays connected. */
  start() {
    if (this.state !== "stopped" && this.state !== "refused") return;
    addEventListener("online", this.online);
    document.addEventListener("visibilitychange", this.visible);
    this.#attempt = 0;
    this.#connect();
  }

  /** Closes the connection and lets go of everything. */
  stop() {
    removeEventListener("online", this.online);
    document.removeEventListener("visibilitychange", this.visible);
    this.#drop(1000);
    this.#become("stopped");
  }

  /**
   * Says that everything of an account up to `seq` has been shown. Sent about once a second, the latest only.
   * @param {string} accountId
   * @param {number} seq
   */
  acknowledge(accountId, seq) {
    if (seq <= (this.#toAcknowledge.get(accountId) ?? 0)) return;
    this.#toAcknowledge.set(accountId, seq);
    if (this.#acknowledgeTimer) return;
    const wait = Math.max(0, this.#acknowledgedAt + acknowledgeEveryMilliseconds - performance.now());
    this.#acknowledgeTimer = setTimeout(() => this.#sendAcknowledgements(), wait);
  }

  /**
   * Says that `accountId` is known up to `seq` from elsewhere, such as the history over HTTP.
   * @param {string} accountId
   * @param {number} seq
   */
  know(accountId, seq) {
    this.#positions.set(accountId, Math.max(seq, this.#positions.get(accountId) ?? 0));
  }

  /**
   * Writes an interaction into the log.
   * @param {"interaction" | "error"} kind
   * @param {unknown} data any JSON up to 4 KiB
   * @param {string} requestId
   * @returns {Promise<void>} once it's stored
   */
  log(kind, data, requestId) {
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const sent = this.#send({ type: `event.${kind}`, id, requestId, data });
      if (!sent) return reject(new Error("Not connected: nothing was sent."));
      const limit = setTimeout(
        () => this.#settle(id, new Error("The wire didn't confirm it in time.")),
        answerMillisecondsMax,
      );
      this.#logging.set(id, { resolve, reject, limit });
    });
  }

  #connect() {
    this.#drop(1000);
    this.#become("connecting");
    const socket = new WebSocket(this.#options.url, "teller.v1");
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onmessage = (event) => this.#socket === socket && this.#hear(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#closed(event.code);
    this.#watchTimer = setInterval(() => this.#check(), 1_000);
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = performance.now();
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return this.#restart();
    }
    this.#emit("frame", { direction: "in", message });
    switch (message.type) {
      case "hello":
        this.connectionId = message.connectionId;
        this.#heartbeat = (message.heartbeatSeconds ?? 25) * 1_000;
        return void this.#authenticate();
      case "auth":
        return message.status === "success" ? this.#authenticated() : undefined;
      case "token.expiring":
        this.#fresh = true;
        return void this.#authenticate();
      case "subscribed":
        return this.#subscribed(message);
      case "transaction":
        return this.#transaction(message);
      case "balance":
      case "refusal":
      case "notification":
        return this.#emit(message.type, message);
      case "logged":
        return this.#settle(message.id);
      case "pong":
        return this.#pong(message);
      case "reconnect":
        this.#advisedWait = message.afterMs;
        return;
      case "error":
        if (message.id) this.#settle(message.id, new Error(message.detail ?? message.code));
        return this.#emit("problem", message);
    }
  }

  async #authenticate() {
    const socket = this.#socket;
    if (this.state !== "live") this.#become("authenticating");
    try {
      const token = await this.#options.token({ fresh: this.#fresh });
      if (this.#socket === socket) this.#send({ type: "auth", token });
    } catch (error) {
      if (this.#socket !== socket) return;
      if (this.#options.isFinal?.(error)) this.#loggedOut();
      else this.#restart();
    }
  }

  /** A first `auth` subscribes; one that only brings a new token doesn't. */
  #authenticated() {
    if (this.state !== "live") return this.#subscribe();
    this.#fresh = false;
  }

  #subscribe() {
    this.#send({
      type: "subscribe",
      id: "1",
      accounts: this.#options.accounts ?? "all",
      positions: Object.fromEntries(this.#positions),
      events: ["transaction", "balance"],
    });
  }

  /** @param {{accounts: {accountId: string, seq: number, recovered: boolean}[]}} message */
  #subscribed(message) {
    this.#attempt = 0;
    this.#fresh = false;
    for (const { accountId, seq, recovered } of message.accounts) {
      const known = this.#positions.get(accountId);
      if (known === undefined || !recovered) this.#positions.set(accountId, seq);
    }
    this.#become("live");
    this.#emit("subscribed", message);
    if (this.#toAcknowledge.size > 0) this.#sendAcknowledgements();
    this.#ping();
  }

  /** Tells each entry once: a repeated one is dropped, a hole means to take up again from before it. */
  #transaction(/** @type {{accountId: string, seq: number}} */ message) {
    const known = this.#positions.get(message.accountId);
    if (known !== undefined && message.seq <= known) return;
    if (known !== undefined && message.seq > known + 1) return this.#restart();
    this.#positions.set(message.accountId, message.seq);
    this.#emit("transaction", message);
  }

  /** @param {{at?: string}} message */
  #pong(message) {
    if (!this.#pingedAt) return;
    this.roundTrip = performance.now() - this.#pingedAt;
    this.#pingedAt = 0;
    const middle = performance.timeOrigin + performance.now() - this.roundTrip / 2;
    if (message.at) this.clockOffset = Date.parse(message.at) - middle;
    this.#emit("state", this.state);
  }

  #ping() {
    if (this.#pingedAt) return;
    if (this.#send({ type: "ping" })) this.#pingedAt = performance.now();
  }

  /** Each second: silence asks for a sign of life, and silence after that is a dead connection. */
  #check() {
    const now = performance.now();
    const unanswered = this.#pingedAt > 0 && now - this.#pingedAt > answerMillisecondsMax;
    const stuck = this.state !== "live" && now - this.#heardAt > answerMillisecondsMax;
    if (unanswered || stuck) return this.#restart();
    if (this.state === "live" && now - this.#heardAt > this.#heartbeat * 0.8) this.#ping();
  }

  #sendAcknowledgements() {
    this.#acknowledgeTimer = 0;
    const positions = Object.fromEntries(this.#toAcknowledge);
    if (this.state !== "live" || !this.#send({ type: "ack", positions })) return;
    this.#acknowledgedAt = performance.now();
    this.#toAcknowledge.clear();
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop(1000);
    if (finalCloses.has(code)) return this.#become("refused");
    if (code === tokenRefused) {
      if (this.#fresh) return this.#loggedOut();
      this.#fresh = true;
    }
    this.#retry();
  }

  #restart() {
    this.#drop(1000);
    this.#retry();
  }

  /** Exponential backoff with full jitter; only a subscription that works resets it. */
  #retry() {
    const ceiling = Math.min(backoffMilliseconds.cap, backoffMilliseconds.base * 2 ** this.#attempt);
    const wait = this.#advisedWait ?? Math.random() * ceiling;
    this.#advisedWait = null;
    this.#attempt = Math.min(this.#attempt + 1, 16);
    this.#become("waiting");
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
  }

  #hurry() {
    if (this.state === "waiting") this.#connect();
    else this.#ping();
  }

  #loggedOut() {
    this.stop();
    this.#emit("loggedout", null);
  }

  /** @param {number} code */
  #drop(code) {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#acknowledgeTimer);
    clearInterval(this.#watchTimer);
    this.#acknowledgeTimer = 0;
    this.#pingedAt = 0;
    const socket = this.#socket;
    this.#socket = null;
    for (const id of [...this.#logging.keys()]) this.#settle(id, new Error("The connection was cut."));
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(code);
  }

  /**
   * @param {string} id
   * @param {Error} [error]
   */
  #settle(id, error) {
    const waiting = this.#logging.get(id);
    if (!waiting) return;
    this.#logging.delete(id);
    clearTimeout(waiting.limit);
    if (error) waiting.reject(error);
    else waiting.resolve();
  }

  /** @param {Record<string, unknown>} message */
  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    this.#emit("frame", { direction: "out", message });
    return true;
  }

  /** @param {WireState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit("state", state);
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
