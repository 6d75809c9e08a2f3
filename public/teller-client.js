// The live wire for browsers: no dependencies. docs/realtime.md is its protocol, "For browsers" its manual.
//
//   const wire = new TellerClient({ url: "ws://127.0.0.1:3001/ws", token: async () => accessToken });
//   wire.addEventListener("transaction", (event) => console.log(event.detail.transaction));
//   wire.start();
import { Socket } from "./teller-client/socket.js";
import { Tabs } from "./teller-client/tabs.js";

/**
 * @typedef {"stopped" | "connecting" | "authenticating" | "live" | "waiting" | "refused"} WireState
 *
 * @typedef {object} Options
 * @property {string} url of the socket
 * @property {(options: {fresh: boolean}) => Promise<string>} token an access token; `fresh`: the last one was refused
 * @property {(error: unknown) => boolean} [isFinal] whether an error of `token` means: logged out
 * @property {"all" | string[]} [accounts]
 * @property {Record<string, number>} [positions] the seq up to which each account is known already
 * @property {string} [shared] the customer's id: the tabs of this browser that follow the same customer share
 *   one socket, and a token of another customer is refused
 *
 * @typedef {object} Status
 * @property {WireState} state
 * @property {string | null} connectionId
 * @property {number} clockOffset clock of the server minus this page's, in milliseconds, from the last ping
 * @property {number | null} roundTrip the last ping's way there and back, in milliseconds
 * @property {number | null} silence milliseconds since the server was last heard
 */

const acknowledgeEveryMilliseconds = 1_000;
const answerMillisecondsMax = 10_000;
const askAgainMilliseconds = 2_000;

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

  #options;
  /** @type {Map<string, number>} the seq up to which each account was told to this tab's listeners */
  #positions;
  /** @type {Map<string, number>} */
  #toAcknowledge = new Map();
  /** @type {Map<string, number>} */
  #acknowledged = new Map();
  #acknowledgeTimer = 0;
  #acknowledgedAt = -Infinity;
  /** @type {Map<string, {resolve: () => void, reject: (error: Error) => void, limit: number}>} */
  #logging = new Map();
  /** @type {Socket | null} ours, unless another tab holds it */
  #socket = null;
  /** @type {Tabs | null} */
  #tabs = null;
  /** @type {number | null} */
  #heardAt = null;
  /** @type {Map<string, number>} when what was missed of an account was asked for */
  #askedAgainAt = new Map();

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#positions = new Map(Object.entries(options.positions ?? {}));
    this.online = () => (this.#socket ? this.#socket.hurry() : this.#tabs?.ask("hurry"));
    this.visible = () => document.visibilityState === "visible" && this.#look();
    this.hidden = () => this.#leave();
    this.shown = () => this.#socket || this.#tabs || this.#enter();
  }

  /** How fresh things are: milliseconds since the server was last heard, null if it never was. */
  get silence() {
    if (this.#socket) return this.#socket.status.silence;
    return this.#heardAt === null ? null : performance.now() - this.#heardAt;
  }

  /** Connects, and from now on stays connected. */
  start() {
    if (this.#socket || this.#tabs) return;
    addEventListener("online", this.online);
    addEventListener("pagehide", this.hidden);
    addEventListener("pageshow", this.shown);
    document.addEventListener("visibilitychange", this.visible);
    this.#enter();
  }

  /** Closes the connection, or leaves it to another tab, and lets go of everything. */
  stop() {
    removeEventListener("online", this.online);
    removeEventListener("pagehide", this.hidden);
    removeEventListener("pageshow", this.shown);
    document.removeEventListener("visibilitychange", this.visible);
    this.#leave();
    this.#become({ state: "stopped" });
  }

  /**
   * Says that everything of an account up to `seq` has been shown. Sent about once a second, the latest only.
   * @param {string} accountId
   * @param {number} seq
   */
  acknowledge(accountId, seq) {
    if (seq <= (this.#acknowledged.get(accountId) ?? 0)) return;
    this.#acknowledged.set(accountId, seq);
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
    const id = `log-${crypto.randomUUID()}`;
    return new Promise((resolve, reject) => {
      const sent = this.#say({ type: `event.${kind}`, id, requestId, data });
      if (!sent) return reject(new Error("Not connected: nothing was sent."));
      const limit = setTimeout(
        () => this.#settle(id, new Error("The wire didn't confirm it in time.")),
        answerMillisecondsMax,
      );
      this.#logging.set(id, { resolve, reject, limit });
    });
  }

  // Which tab holds the socket

  #enter() {
    const { shared, url, accounts = "all" } = this.#options;
    if (!shared || !Tabs.arePossible()) return this.#lead();
    this.#become({ state: "connecting" });
    this.#tabs = new Tabs(`teller.wire ${url} ${shared} ${accounts}`, {
      lead: () => this.#lead(),
      follow: () => this.#follow(),
      told: (told) => this.#told(told),
      asked: (ask) => this.#asked(ask),
    });
  }

  #lead() {
    this.#socket = new Socket(this.#options, {
      positions: () => Object.fromEntries(this.#positions),
      subscribed: (message) => this.#pass({ message, ...this.#standing() }),
      heard: (message) => this.#pass({ message }),
      passed: (direction, message) => this.#emit("frame", { direction, message }),
      changed: () => this.#pass(this.#standing()),
      loggedOut: () => this.#loggedOut(),
    });
    this.#socket.start();
  }

  /** Another tab holds the socket from now on, and what this one's told it tells as well. */
  #follow() {
    const socket = this.#socket;
    this.#socket = null;
    this.#become({ state: "connecting" });
    socket?.stop();
  }

  #leave() {
    clearTimeout(this.#acknowledgeTimer);
    this.#acknowledgeTimer = 0;
    const [socket, tabs] = [this.#socket, this.#tabs];
    this.#socket = this.#tabs = null;
    socket?.stop();
    tabs?.leave();
    this.#rejectAll();
  }

  /** How the wire is: for this tab and for those that follow it. */
  #standing() {
    const { status, told } = /** @type {Socket} */ (this.#socket);
    return { status, told, at: performance.timeOrigin + performance.now() };
  }

  /** @param {any} news */
  #pass(news) {
    if (!this.#socket) return;
    this.#tabs?.tell(news);
    this.#take(news);
    if (this.state === "refused") this.#leave();
  }

  /**
   * What the tab that holds the socket tells. Its clock may differ from ours, after the machine slept.
   * @param {any} news
   */
  #told(news) {
    const now = performance.now();
    if (news.status) {
      const { status, at } = news;
      this.#heardAt = status.silence === null ? null : now - status.silence;
      status.clockOffset += at - (performance.timeOrigin + now);
    } else {
      this.#heardAt = now;
      this.#emit("frame", { direction: "in", message: news.message });
    }
    this.#take(news);
  }

  /**
   * What another tab asks, while this one holds the socket.
   * @param {any} ask
   */
  #asked(ask) {
    if (!this.#socket) return;
    if (ask === "hurry") return this.#socket.hurry();
    if (ask === "hello") {
      this.#socket.check();
      return this.#tabs?.tell(this.#standing());
    }
    if (ask.after) return this.#socket.tellAgain(ask.after);
    if (ask.shown) return Object.entries(ask.shown).forEach(([id, seq]) => this.acknowledge(id, seq));
    if (ask.say && !this.#socket.say(ask.say)) {
      const message = { type: "error", id: ask.say.id, code: "not_connected", detail: "Not connected." };
      this.#tabs?.tell({ message });
    }
  }

  #look() {
    if (this.#socket) this.#socket.check();
    else this.#tabs?.hello();
  }

  // What the wire says

  /** @param {{status?: Status, told?: Record<string, number>, message?: any}} news */
  #take({ status, told, message }) {
    if (message?.type === "subscribed") this.#jump(message);
    if (told) this.#compare(told);
    if (status) this.#become(status);
    if (message) this.#hear(message);
  }

  /** What could not be recovered is known up to where the server goes on: further back, after a restored backup. */
  #jump(/** @type {{accounts: {accountId: string, seq: number, recovered: boolean}[]}} */ { accounts }) {
    for (const { accountId, seq, recovered } of accounts) {
      if (recovered) continue;
      this.#positions.set(accountId, seq);
      this.#acknowledged.delete(accountId);
    }
  }

  /**
   * The socket goes on from `told`. What this tab missed of it, while it wasn't there or asleep, is asked for.
   * @param {Record<string, number>} told
   */
  #compare(told) {
    /** @type {[string, number][]} */
    const missed = [];
    for (const [accountId, seq] of Object.entries(told)) {
      const known = this.#positions.get(accountId);
      if (known === undefined) this.#positions.set(accountId, seq);
      else if (known < seq) missed.push([accountId, known]);
    }
    this.#askAgain(missed);
  }

  /** @param {[accountId: string, known: number][]} missed */
  #askAgain(missed) {
    const now = performance.now();
    const due = missed.filter(([id]) => now - (this.#askedAgainAt.get(id) ?? -Infinity) > askAgainMilliseconds);
    if (due.length === 0) return;
    for (const [accountId] of due) this.#askedAgainAt.set(accountId, now);
    this.#tabs?.ask({ after: Object.fromEntries(due) });
  }

  /** @param {any} message */
  #hear(message) {
    switch (message.type) {
      case "subscribed":
        this.#emit("subscribed", message);
        return this.#toAcknowledge.size > 0 ? this.#sendAcknowledgements() : undefined;
      case "transaction":
        return this.#transaction(message);
      case "balance":
      case "refusal":
      case "notification":
        return this.#emit(message.type, message);
      case "logged":
        return void this.#settle(message.id);
      case "error":
        return this.#problem(message);
    }
  }

  /** Tells each entry once: a repeated one is dropped, a hole means to take up again from before it. */
  #transaction(/** @type {{accountId: string, seq: number}} */ message) {
    const { accountId, seq } = message;
    const known = this.#positions.get(accountId);
    if (known !== undefined && seq <= known) return;
    if (known !== undefined && seq > known + 1) {
      return this.#socket ? this.#socket.restart() : this.#askAgain([[accountId, known]]);
    }
    this.#positions.set(accountId, seq);
    this.#emit("transaction", message);
  }

  /** @param {{id?: string, code: string, detail?: string}} message */
  #problem(message) {
    const isMine = this.#settle(message.id ?? "", new Error(message.detail ?? message.code));
    if (isMine || !message.id?.startsWith("log-")) this.#emit("problem", message);
  }

  #sendAcknowledgements() {
    this.#acknowledgeTimer = 0;
    const positions = Object.fromEntries(this.#toAcknowledge);
    if (this.state !== "live") return;
    if (this.#socket) this.#socket.say({ type: "ack", positions });
    else this.#tabs?.ask({ shown: positions });
    this.#acknowledgedAt = performance.now();
    this.#toAcknowledge.clear();
  }

  /** @param {Record<string, unknown>} message */
  #say(message) {
    if (this.#socket) return this.#socket.say(message);
    if (this.state !== "live" || !this.#tabs) return false;
    this.#tabs.ask({ say: message });
    this.#emit("frame", { direction: "out", message });
    return true;
  }

  #loggedOut() {
    this.stop();
    this.#emit("loggedout", null);
  }

  /**
   * @param {string} id
   * @param {Error} [error]
   * @returns {boolean} whether this tab waited for it
   */
  #settle(id, error) {
    const waiting = this.#logging.get(id);
    if (!waiting) return false;
    this.#logging.delete(id);
    clearTimeout(waiting.limit);
    if (error) waiting.reject(error);
    else waiting.resolve();
    return true;
  }

  #rejectAll() {
    for (const id of [...this.#logging.keys()]) this.#settle(id, new Error("The connection was cut."));
  }

  /** @param {Partial<Status>} status */
  #become({ state = this.state, connectionId, clockOffset, roundTrip }) {
    if (state !== "live" && state !== "authenticating") this.#rejectAll();
    const before = `${this.state} ${this.connectionId} ${this.roundTrip}`;
    this.state = state;
    if (connectionId !== undefined) this.connectionId = connectionId;
    this.clockOffset = clockOffset ?? this.clockOffset;
    if (roundTrip !== undefined) this.roundTrip = roundTrip;
    if (before !== `${state} ${this.connectionId} ${this.roundTrip}`) this.#emit("state", state);
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
