/**
 * How one transaction came to this screen, each leg in milliseconds:
 * `http` asked → committed (only for what this page sent; else unknown), `push` committed → arrived here,
 * `show` arrived → painted.
 * @typedef {{http: number | null, push: number, show: number}} Legs
 */

/**
 * Works out the legs. The server's times are brought to the browser's clock by the offset that pings
 * measure, good to about half a round trip.
 * @param {{began: number | null, committedAt: string, arrived: number, shown: number, clockOffset: number}} times
 *   all in milliseconds since 1970 but `committedAt`
 * @returns {Legs}
 */
export function legsOf({ began, committedAt, arrived, shown, clockOffset }) {
  const committed = Date.parse(committedAt) - clockOffset;
  return {
    http: began === null ? null : Math.max(0, committed - began),
    push: Math.max(0, arrived - committed),
    show: Math.max(0, shown - arrived),
  };
}

/**
 * The middle value.
 * @param {number[]} values
 * @returns {number | null}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/**
 * A duration as a person reads it: `4 ms`, `1.2 s`.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 1) return "<1 ms";
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
