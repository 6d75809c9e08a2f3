import { reply, send } from "./bank.js";
import { Problem, Unanswered } from "./problem.js";

/** @typedef {import("./types.js").Customer} Customer */
/** @typedef {{challengeId: string, method: string, expiresIn: number}} Challenge */

/** Says whose session this browser has, so that a first visit asks for none. It holds no secret. */
const hint = "teller.session";
const renewBeforeMilliseconds = 30_000;

/**
 * Who is logged in. The access token lives in this object's memory only; the refresh token is the
 * bank's HttpOnly cookie, which no script can read.
 *
 * Events: `in` (somebody is logged in), `out` (nobody is any more; `detail` says whether that was wished).
 */
export class Session extends EventTarget {
  /** @type {Customer | null} */
  customer = null;
  /** @type {string | null} */
  #accessToken = null;
  #expiresAt = 0;
  /** @type {Promise<string> | null} */
  #renewal = null;
  #leaving = false;

  /** @param {string} address of bank-core */
  constructor(address) {
    super();
    this.address = address;
    addEventListener("storage", (event) => {
      if (event.key === hint && this.customer && event.newValue !== this.customer.id) this.end();
    });
  }

  /** @param {{name: string, email: string, password: string}} fields */
  async signUp(fields) {
    await this.#post("signup", fields);
    return this.logIn(fields.email, fields.password);
  }

  /**
   * @param {string} email
   * @param {string} password
   * @returns {Promise<Challenge | null>} a challenge if a code is needed, else null: logged in
   */
  async logIn(email, password) {
    const answer = await this.#post("login", { email, password });
    if (answer.challengeId) return answer;
    this.#begin(answer);
    return null;
  }

  /**
   * @param {string} challengeId
   * @param {string} code
   */
  async answer(challengeId, code) {
    this.#begin(await this.#post("otp", { challengeId, code }));
  }

  /** Takes up the session that this browser has from before, if it has one. */
  async resume() {
    if (localStorage.getItem(hint) === null) return false;
    try {
      await this.#renew();
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) this.end();
      else throw error;
      return false;
    }
  }

  /**
   * A token that is good for a while yet.
   * @param {{fresh?: boolean}} [options] `fresh`: the one there is was refused
   * @returns {Promise<string>}
   */
  async token(options = {}) {
    const good = Date.now() < this.#expiresAt - renewBeforeMilliseconds;
    if (this.#accessToken && good && !options.fresh) return this.#accessToken;
    return this.#renew();
  }

  /** Ends the session at the bank and here. */
  async logOut() {
    this.#leaving = true;
    try {
      const token = await this.token();
      await this.#post("logout", undefined, { Authorization: `Bearer ${token}` });
    } finally {
      this.end();
      this.#leaving = false;
    }
  }

  /** One refresh at a time, also among this browser's tabs. */
  #renew() {
    this.#renewal ??= withLock("teller.refresh", () => this.#refresh()).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** @returns {Promise<string>} */
  async #refresh() {
    try {
      const answer = await this.#post("refresh", {});
      this.#begin(answer);
      return answer.accessToken;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.end();
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} body
   * @param {Record<string, string>} [headers]
   */
  async #post(name, body, headers = {}) {
    const response = await send(`${this.address}/api/v1/auth/${name}`, {
      method: "POST",
      credentials: "include",
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return reply(response);
  }

  /**
   * A browser has one session: when another customer has logged in since, in another tab, this one is out.
   * @param {{accessToken: string, expiresIn: number, customer: Customer}} answer
   */
  #begin(answer) {
    if (this.customer && this.customer.id !== answer.customer.id) this.end();
    const wasOut = this.#accessToken === null;
    this.#accessToken = answer.accessToken;
    this.#expiresAt = Date.now() + answer.expiresIn * 1000;
    this.customer = answer.customer;
    localStorage.setItem(hint, answer.customer.id);
    if (wasOut) this.dispatchEvent(new Event("in"));
  }

  /** Forgets who was logged in. Another customer's session in this browser is left alone. */
  end() {
    if (!this.customer || localStorage.getItem(hint) === this.customer.id) localStorage.removeItem(hint);
    const wasIn = this.#accessToken !== null;
    this.#accessToken = null;
    this.#expiresAt = 0;
    this.customer = null;
    if (wasIn) this.dispatchEvent(new CustomEvent("out", { detail: { wished: this.#leaving } }));
  }
}

/**
 * Web Locks exist in secure contexts only; elsewhere the bank's grace for a lost reply covers two tabs.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function withLock(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

/**
 * Whether the bank says that nobody is logged in any more.
 * @param {unknown} error
 */
export function isLoggedOut(error) {
  return error instanceof Problem && error.status === 401;
}

/**
 * Whether the bank could not be reached, so that nothing is known.
 * @param {unknown} error
 */
export function isUnanswered(error) {
  return error instanceof Unanswered;
}
