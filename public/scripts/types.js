// The shapes of the bank's messages, as docs/openapi.yaml and docs/realtime.md define them.
// Amounts are integers in minor units (cents), at most 2^53 - 1, so that a number holds them exactly.

/**
 * @typedef {object} Balance
 * @property {number} posted
 * @property {number} held
 * @property {number} available
 * @property {string} [currency]
 */

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {string} number ten digits
 * @property {string} type
 * @property {string} currency ISO 4217
 * @property {number} exponent decimals of the currency
 * @property {string | null} description
 * @property {string} status
 * @property {Balance} balance
 * @property {number} seq journal entries so far
 * @property {string} createdAt
 */

/**
 * @typedef {object} Side
 * @property {string} [accountId] present on the caller's own side only
 * @property {string} number
 * @property {string} holderName
 */

/**
 * @typedef {object} Transaction
 * @property {string} id
 * @property {string} type
 * @property {string} status
 * @property {number} amount
 * @property {string} currency
 * @property {Side | null} from
 * @property {Side | null} to
 * @property {string | null} [description]
 * @property {string | null} [reference]
 * @property {string | null} [relatedTransactionId]
 * @property {{code: string, detail: string} | null} [refusal]
 * @property {string} requestId
 * @property {string} createdAt RFC 3339
 * @property {string | null} [committedAt] RFC 3339
 */

/**
 * @typedef {object} Customer
 * @property {string} id
 * @property {string} name
 * @property {string} email
 */

/**
 * @typedef {object} FieldFault
 * @property {string} pointer JSON pointer, such as `/amount`
 * @property {string} code
 * @property {string} detail
 */

/**
 * One hop of a request's way, as `/trace/{requestId}` tells it.
 * @typedef {object} Hop
 * @property {string} hop
 * @property {string} at
 * @property {number} sinceReceivedMs
 * @property {string} [connectionId]
 * @property {string} [accountId]
 * @property {number} [seq]
 */

export {};
