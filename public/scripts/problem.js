/** @typedef {import("./types.js").FieldFault} FieldFault */

/** What the bank answered instead of the thing asked for (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {{status: number, code?: string, detail?: string, title?: string, requestId?: string,
   *          retryable?: boolean, errors?: FieldFault[], retryAfterSeconds?: number}} body
   */
  constructor(body) {
    super(body.detail || body.title || `The bank answered ${body.status}.`);
    this.name = "Problem";
    this.status = body.status;
    this.code = body.code ?? "unknown";
    this.requestId = body.requestId ?? null;
    this.retryable = body.retryable ?? false;
    this.errors = body.errors ?? [];
    this.retryAfterSeconds = body.retryAfterSeconds ?? null;
  }
}

/** No answer came: what was asked may have happened or not. */
export class Unanswered extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super("The bank can't be reached at the moment.", { cause });
    this.name = "Unanswered";
  }
}

/**
 * Reads a reply that isn't a success.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new Problem({
    ...body,
    status: response.status,
    requestId: body.requestId ?? response.headers.get("X-Request-ID"),
    ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
  });
}
