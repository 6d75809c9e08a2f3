// One connection to the live wire. TellerClient holds it, in one tab of a browser.

/**
 * @typedef {import("../teller-client.js").Options} Options
 * @typedef {import("../teller-client.js").Status} Status
 * @typedef {import("../teller-client.js").WireState} WireState
 * @typedef {Record<string, number>} Positions account id → seq
 *
 * @typedef {object} Owner who is told what happens
 * @property {() => Positions} positions from where to take up
 * @property {(message: any) => void} subscribed
 * @property {(message: any) => void} heard entries, balances, and the like
 * @property {(direction: "in" | "out", message: any) => void} passed everything
 * @property {() => void} changed the status
 * @property {() => void} loggedOut
 */

/** Closes after which another try would end the same way (docs/realtime.md, "Closes"). */
const refusals = new Set([1002, 1003, 1007, 1009, 4403]);
const tokenRefused = 4401;

const backoffMilliseconds = { base: 250, cap: 15_000 };
const adviceMillisecondsMax = 60_000;
const answerMillisecondsMax = 10_000;
const renewMilliseconds = 5_000;

/**
 * A connection that lives until it's stopped: it authenticates, subscribes from its owner's positions, and
 * connects again after a cut.
 */
export class Socket {
  /** @type {WireState} */
  #state = "stopped";
  /** @type {WebSocket | null} */
  #socket = null;
  #options;
  #owner;
  #connectionId = "";
  #clockOffset = 0;
  /** @type {number | null} */
  #roundTrip = null;
  /** @type {Map<string, number>} the seq up to which each account was told, or from which on it is */
  #told = new Map();
  /** @type {{id: string, positions: Positions, at: number} | null} the subscription that awaits its answer */
  #asked = null;
  #subscriptions = 0;
  /** @type {Map<string, number>} what a tab missed: asked for when no other subscription is open */
  #behind = new Map();

  #attempt = 0;
  #retryTimer = 0;
  #retryAt = 0;
  /** @type {number | null} */
  #advisedWait = null;
  /** Whether the next token must be a new one. */
  #fresh = false;
  /** Whether the last one was. */
  #wasFresh = false;
  #renewTimer = 0;
  #watchTimer = 0;
  #beganAt = 0;
  /** @type {number | null} */
  #heardAt = null;
  #pingedAt = 0;
  #heartbeat = 25_000;

  /**
   * @param {Options} options
   * @param {Owner} owner
   */
  constructor(options, owner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** @returns {Status} */
  get status() {
    const silence = this.#heardAt === null ? null : performance.now() - this.#heardAt;
    return {
      state: this.#state,
      connectionId: this.#connectionId || null,
      clockOffset: this.#clockOffset,
      roundTrip: this.#roundTrip,
      silence,
    };
  }

  /** The seq up to which each account was told. */
  get told() {
    return Object.fromEntries(this.#told);
  }

  start() {
    this.#attempt = 0;
    this.#connect();
  }

  /** Tells nobody: who stops it knows. */
  stop() {
    this.#drop();
    this.#state = "stopped";
  }

  /** Drops the connection and comes back, with backoff. */
  restart() {
    this.#drop();
    this.#retry();
  }

  /** Something changed for the better: no more waiting. */
  hurry() {
    if (this.#state === "waiting") this.#connect();
    else this.#ping();
  }

  /** Silence asks for a sign of life, and silence after that is a dead connection. */
  check() {
    const now = performance.now();
    if (this.#state === "waiting") return now >= this.#retryAt ? this.#connect() : undefined;
    const silence = now - Math.max(this.#beganAt, this.#heardAt ?? 0);
    const waiting = [this.#pingedAt, this.#asked?.at ?? 0].filter((since) => since > 0);
    const unanswered = waiting.some((since) => now - since > answerMillisecondsMax);
    const connecting = this.#state === "connecting" || this.#state === "authenticating";
    if (unanswered || (connecting && silence > answerMillisecondsMax)) return this.restart();
    if (this.#state === "live" && silence > this.#heartbeat * 0.8) this.#ping();
  }

  /**
   * @param {Record<string, unknown>} message
   * @returns {boolean} whether it was sent
   */
  say(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    this.#owner.passed("out", message);
    return true;
  }

  /**
   * Asks the server for what came after these positions, where that was told already.
   * @param {Positions} positions
   */
  tellAgain(positions) {
    for (const [accountId, seq] of Object.entries(positions)) {
      this.#behind.set(accountId, Math.min(seq, this.#behind.get(accountId) ?? seq));
    }
    if (this.#asked || this.#state !== "live") return;
    const missed = [...this.#behind].filter(([accountId, seq]) => seq < (this.#told.get(accountId) ?? 0));
    this.#behind.clear();
    if (missed.length > 0) this.#subscribe(missed.map(([accountId]) => accountId), Object.fromEntries(missed));
  }

  #connect() {
    this.#drop();
    this.#become("connecting");
    const socket = new WebSocket(this.#options.url, "teller.v1");
    this.#socket = socket;
    this.#beganAt = performance.now();
    socket.onmessage = (event) => this.#socket === socket && this.#hear(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#closed(event.code);
    this.#watchTimer = setInterval(() => this.check(), 1_000);
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = performance.now();
    let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return this.restart();
    }
    this.#owner.passed("in", message);
    switch (message.type) {
      case "hello":
        this.#connectionId = message.connectionId;
        this.#heartbeat = (message.heartbeatSeconds ?? 25) * 1_000;
        return void this.#authenticate();
      case "auth":
        return message.status === "success" ? this.#authenticated(message) : undefined;
      case "token.expiring":
        this.#fresh = true;
        return void this.#authenticate();
      case "subscribed":
        return this.#subscribed(message);
      case "pong":
        return this.#pong(message);
      case "reconnect":
        this.#advisedWait = Math.min(Math.max(Number(message.afterMs) || 0, 0), adviceMillisecondsMax);
        return;
      case "transaction":
        this.#told.set(message.accountId, message.seq);
        return this.#owner.heard(message);
      case "error":
        this.#owner.heard(message);
        return message.code === "unavailable" && message.id === this.#asked?.id ? this.restart() : undefined;
      default:
        return this.#owner.heard(message);
    }
  }

  async #authenticate() {
    const socket = this.#socket;
    const fresh = this.#fresh;
    if (this.#state !== "live") this.#become("authenticating");
    try {
      const token = await this.#options.token({ fresh });
      if (this.#socket === socket && this.say({ type: "auth", token })) this.#wasFresh = fresh;
    } catch (error) {
      if (this.#socket !== socket) return;
      if (this.#options.isFinal?.(error)) this.#loggedOut();
      else if (this.#state === "live") this.#renewLater();
      else this.restart();
    }
  }

  /** The connection is good until its token ends: no reason to give it up before. */
  #renewLater() {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = setTimeout(() => this.#authenticate(), renewMilliseconds);
  }

  /**
   * A first `auth` subscribes; one that only brings a new token doesn't. A token of somebody else is none:
   * the tabs that share this socket belong to one customer.
   * @param {{customerId?: string}} message
   */
  #authenticated({ customerId }) {
    const { shared, accounts } = this.#options;
    if (shared && customerId !== shared) return this.#loggedOut();
    if (this.#state !== "live") return this.#subscribe(accounts ?? "all", this.#owner.positions());
    this.#fresh = this.#wasFresh = false;
  }

  /**
   * @param {"all" | string[]} accounts
   * @param {Positions} positions
   */
  #subscribe(accounts, positions) {
    this.#subscriptions += 1;
    this.#asked = { id: `subscription-${this.#subscriptions}`, positions, at: performance.now() };
    const events = ["transaction", "balance"];
    this.say({ type: "subscribe", id: this.#asked.id, accounts, positions, events });
  }

  /**
   * Only now is it known that connecting works. A `subscribed` that wasn't asked for is an account opened
   * since, told from its first entry.
   * @param {{id?: string, accounts: {accountId: string, seq: number, recovered: boolean}[]}} message
   */
  #subscribed(message) {
    const asked = message.id === this.#asked?.id ? this.#asked : null;
    for (const { accountId, seq, recovered } of message.accounts) {
      const from = asked ? asked.positions[accountId] ?? seq : 0;
      this.#told.set(accountId, recovered ? from : seq);
    }
    const isFirst = this.#state !== "live";
    if (asked) this.#asked = null;
    this.#attempt = 0;
    this.#fresh = this.#wasFresh = false;
    this.#state = "live";
    this.#owner.subscribed(message);
    if (isFirst) this.#ping();
    this.tellAgain({});
  }

  /** @param {{at?: string}} message */
  #pong(message) {
    if (!this.#pingedAt) return;
    this.#roundTrip = performance.now() - this.#pingedAt;
    this.#pingedAt = 0;
    const middle = performance.timeOrigin + performance.now() - this.#roundTrip / 2;
    if (message.at) this.#clockOffset = Date.parse(message.at) - middle;
    this.#owner.changed();
  }

  #ping() {
    if (this.#pingedAt) return;
    if (this.say({ type: "ping" })) this.#pingedAt = performance.now();
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    if (refusals.has(code)) return this.#become("refused");
    if (code === tokenRefused) {
      if (this.#wasFresh) return this.#loggedOut();
      this.#fresh = true;
    }
    this.#retry();
  }

  /** Exponential backoff with full jitter, or the time that the server asked for. */
  #retry() {
    const ceiling = Math.min(backoffMilliseconds.cap, backoffMilliseconds.base * 2 ** this.#attempt);
    const wait = this.#advisedWait ?? Math.random() * ceiling;
    this.#advisedWait = null;
    this.#attempt = Math.min(this.#attempt + 1, 16);
    this.#retryAt = performance.now() + wait;
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
    this.#become("waiting");
  }

  #loggedOut() {
    this.#drop();
    this.#owner.loggedOut();
  }

  #drop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#renewTimer);
    clearInterval(this.#watchTimer);
    this.#pingedAt = 0;
    this.#asked = null;
    this.#behind.clear();
    this.#told.clear();
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(1000);
  }

  /** @param {WireState} state */
  #become(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#owner.changed();
  }
}
