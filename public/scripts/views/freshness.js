import { find, write } from "../dom.js";
import { timeOf } from "./transactions.js";

/** @typedef {import("../../teller-client.js").TellerClient} TellerClient */

const words = {
  stopped: "Not connected",
  connecting: "Connecting",
  authenticating: "Connecting",
  live: "Connected",
  waiting: "Reconnecting",
  refused: "Connection refused",
};
const lookMilliseconds = 1_000;

/**
 * How fresh the page is: the lamp in the bar, and a sentence over the figures, which says so when they may be
 * out of date.
 */
export function freshnessView() {
  const connection = find("#connection");
  const state = find('[data-testid="connection-state"]');
  const dashboard = find("#dashboard");
  const sentence = find('[data-testid="freshness"]');
  const fresh = sentence.textContent;
  /** @type {TellerClient | null} */
  let wire = null;
  let liveAt = 0;

  function look() {
    if (!wire) return;
    const now = performance.now();
    const isLive = wire.state === "live";
    if (isLive) liveAt = now;
    connection.dataset.state = wire.state;
    if (state.textContent !== words[wire.state]) state.textContent = words[wire.state];
    write(connection, "freshness", isLive ? milliseconds(wire.roundTrip) : age(wire.silence));
    const isFresh = now - liveAt < lookMilliseconds || wire.silence === null;
    const text = isFresh ? fresh : stale(wire.silence ?? 0, wire.state);
    if (sentence.textContent !== text) sentence.textContent = text;
    dashboard.toggleAttribute("data-stale", text !== fresh);
  }

  setInterval(look, lookMilliseconds);
  return {
    /** @param {TellerClient | null} next */
    show(next) {
      if (!wire) liveAt = performance.now();
      wire = next;
      connection.hidden = next === null;
      look();
    },
  };
}

/** @param {number | null} roundTrip */
function milliseconds(roundTrip) {
  return roundTrip === null ? null : `${Math.max(1, Math.round(roundTrip))} ms`;
}

/** @param {number | null} silence in milliseconds */
function age(silence) {
  if (silence === null) return null;
  const seconds = Math.round(silence / 1000);
  return seconds < 120 ? `heard ${seconds} s ago` : `heard ${Math.round(seconds / 60)} min ago`;
}

/**
 * @param {number} silence in milliseconds
 * @param {string} state
 */
function stale(silence, state) {
  const time = timeOf(new Date(Date.now() - silence).toISOString());
  const next = state === "refused" ? "reload the page to go on" : "they will be brought up to date";
  return `The wire is down. Figures are as of ${time}; ${next}.`;
}
