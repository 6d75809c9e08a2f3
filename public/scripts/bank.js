import { Unanswered, Problem, problemOf } from "./problem.js";

/**
 * @typedef {object} Request
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string | number>} [query]
 * @property {string} [key] Idempotency-Key: with it, the request is repeated until it's answered
 * @property {string} [requestId]
 * @property {boolean} [anonymous] goes without a token
 * @property {AbortSignal} [signal]
 */

const attemptsMax = 5;
const answerMillisecondsMax = 15_000;

/** The bank's HTTP side, for one browser page. */
export class Bank {
  /**
   * @param {string} address of bank-core, without a slash at its end
   * @param {{token: (options?: {fresh?: boolean}) => Promise<string>}} tokens
   */
  constructor(address, tokens) {
    this.address = address;
    this.tokens = tokens;
  }

  /**
   * Asks the bank. A 401 is tried once more with a fresh token; a request with an idempotency key is
   * repeated with the same key while it stays unanswered or the bank says that it may be.
   * @param {string} method
   * @param {string} path below `/api/v1`
   * @param {Request} [request]
   * @returns {Promise<any>} the reply's JSON, null if it has none
   * @throws {Problem | Unanswered}
   */
  async ask(method, path, request = {}) {
    let fresh = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(method, path, request, fresh);
      } catch (error) {
        const stale = error instanceof Problem && error.status === 401 && !request.anonymous;
        if (stale && !fresh) {
          fresh = true;
          continue;
        }
        if (!request.key || attempt >= attemptsMax || !mayRepeat(error)) throw error;
        await pause(waitBefore(attempt, error));
      }
    }
  }

  /**
   * Asks the live wire's own HTTP side, which is where the page came from.
   * @param {string} path below `/api/v1/websocket`
   * @param {Request} [request]
   * @returns {Promise<any>}
   */
  async askWire(path, request = {}) {
    const response = await send(`/api/v1/websocket${path}${queryText(request.query)}`, {
      headers: { Authorization: `Bearer ${await this.tokens.token()}` },
    });
    return reply(response);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Request} request
   * @param {boolean} fresh
   */
  async #once(method, path, request, fresh) {
    const headers = new Headers();
    if (request.body !== undefined) headers.set("Content-Type", "application/json");
    if (request.key) headers.set("Idempotency-Key", request.key);
    if (request.requestId) headers.set("X-Request-ID", request.requestId);
    if (!request.anonymous) {
      headers.set("Authorization", `Bearer ${await this.tokens.token({ fresh })}`);
    }
    const response = await send(`${this.address}/api/v1${path}${queryText(request.query)}`, {
      method,
      headers,
      signal: request.signal ?? null,
      body: request.body === undefined ? null : JSON.stringify(request.body),
    });
    return reply(response);
  }
}

/**
 * `fetch` with a time limit, and one kind of error for all the ways of getting no answer.
 * @param {string} url
 * @param {RequestInit} options
 * @returns {Promise<Response>}
 */
export async function send(url, options) {
  const limit = /** @type {any} */ (AbortSignal).timeout(answerMillisecondsMax);
  try {
    return await fetch(url, { cache: "no-store", ...options, signal: options.signal ?? limit });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unanswered(error);
  }
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
export async function reply(response) {
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    throw new Unanswered(error);
  }
}

/** @param {unknown} error */
function mayRepeat(error) {
  return error instanceof Unanswered || (error instanceof Problem && error.retryable);
}

/**
 * Exponential backoff with full jitter, or what the bank asks for.
 * @param {number} attempt from 1
 * @param {unknown} error
 * @returns {number} milliseconds
 */
function waitBefore(attempt, error) {
  const asked = error instanceof Problem ? error.retryAfterSeconds : null;
  if (asked) return Math.min(asked, 10) * 1000;
  return 200 + Math.random() * 300 * 2 ** attempt;
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @param {Record<string, string | number> | undefined} query */
function queryText(query) {
  if (!query) return "";
  return `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
}
