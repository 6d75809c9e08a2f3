// Money is an integer of minor units. No value passes through a binary fraction on its way.

/** The largest amount of the contract: 2^53 - 1 minor units. */
const largest = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads an amount as a person writes it, in major units: `12`, `12.3`, `12,30`.
 * @param {string} text
 * @param {number} exponent decimals of the currency
 * @returns {number} minor units, at least 1
 * @throws {RangeError} with a sentence for the user
 */
export function parseAmount(text, exponent) {
  const match = /^(\d{1,16})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match) throw new RangeError("Write the amount in digits, such as 12.50.");
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > exponent) {
    throw new RangeError(
      exponent === 0
        ? "This currency has no decimals."
        : `This currency has ${exponent} decimals.`,
    );
  }
  const minor = BigInt(whole + fraction.padEnd(exponent, "0"));
  if (minor < 1n) throw new RangeError("The amount must be more than zero.");
  if (minor > largest) throw new RangeError("The amount is too large.");
  return Number(minor);
}

/**
 * The exact decimal of an amount: `decimal(-1205, 2)` is `"-12.05"`.
 * @param {number} minor
 * @param {number} exponent
 * @returns {string}
 */
export function decimal(minor, exponent) {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
  const cut = digits.length - exponent;
  const text = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return minor < 0 ? `-${text}` : text;
}

/**
 * An amount as the reader's language writes it, with its currency.
 * @param {number} minor
 * @param {string} currency ISO 4217
 * @param {number} [exponent] the language's own if left out
 * @param {"auto" | "exceptZero"} [signDisplay]
 * @returns {string}
 */
export function formatMoney(minor, currency, exponent, signDisplay = "auto") {
  const digits = exponent ?? exponentOf(currency);
  // A decimal string is formatted exactly (ECMA-402, Intl mathematical values).
  const value = /** @type {any} */ (decimal(minor, digits));
  return formatOf(currency, digits, signDisplay).format(value);
}

/** Making a format takes longer than using it. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * @param {string} currency
 * @param {number} digits
 * @param {"auto" | "exceptZero"} signDisplay
 */
function formatOf(currency, digits, signDisplay) {
  const key = `${currency} ${digits} ${signDisplay}`;
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(undefined, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay,
    });
  formats.set(key, format);
  return format;
}

/**
 * The decimals that the browser knows for a currency.
 * @param {string} currency
 * @returns {number}
 */
export function exponentOf(currency) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
