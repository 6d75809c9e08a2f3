import { clock, painted } from "./dom.js";
import { legsOf } from "./latency.js";
import { formatMoney } from "./money.js";
import { partyOf } from "./views/transactions.js";

/**
 * @typedef {import("../teller-client.js").TellerClient} TellerClient
 * @typedef {import("./types.js").Transaction} Transaction
 */

/**
 * Brings what the wire says into the state and onto the event list, and acknowledges what was shown.
 * @param {TellerClient} wire
 * @param {import("./dashboard.js").Dashboard} dashboard
 */
export function follow(wire, dashboard) {
  const { state, events } = dashboard;
  const { session } = dashboard.parts;

  /** @param {string} type @param {(detail: any) => void} handler */
  const on = (type, handler) =>
    wire.addEventListener(type, (event) => handler(/** @type {CustomEvent} */ (event).detail));

  on("transaction", (push) => shown(wire, dashboard, push));
  on("balance", ({ accountId, seq, balance }) => state.putBalance(accountId, seq, balance));
  on("refusal", ({ transaction, requestId }) => {
    state.putTransactions([transaction]);
    events.add({ what: "Refused", requestId, note: transaction.refusal?.detail, kind: "error" });
  });
  on("notification", ({ kind }) => {
    events.add({ what: String(kind).replace(".", " ") });
    if (String(kind).startsWith("account.")) reload(dashboard);
  });
  on("problem", ({ detail, code }) => events.add({ what: "Problem", note: detail ?? code, kind: "error" }));
  on("subscribed", ({ accounts }) => {
    const count = accounts.length === 1 ? "1 account" : `${accounts.length} accounts`;
    events.add({ what: `Following ${count}`, note: wire.connectionId ?? "" });
    const lost = accounts.filter((/** @type {{recovered: boolean}} */ account) => !account.recovered);
    if (lost.length > 0) state.forget(lost);
    for (const { accountId, seq, balance } of accounts) state.putBalance(accountId, seq, balance);
    if (lost.length > 0) reload(dashboard);
  });
  on("loggedout", () => session.end());
}

/**
 * @param {TellerClient} wire
 * @param {import("./dashboard.js").Dashboard} dashboard
 * @param {{accountId: string, seq: number, transaction: Transaction, balance: import("./types.js").Balance,
 *          requestId: string, committedAt: string}} push
 */
async function shown(wire, { state, events, began }, push) {
  const arrived = clock();
  const { accountId, seq, transaction, requestId } = push;
  state.putTransactions([transaction]);
  state.putBalance(accountId, seq, push.balance);
  const at = await painted();
  wire.acknowledge(accountId, seq);
  const way = state.directionOf(transaction);
  const money = formatMoney(transaction.amount, transaction.currency, state.exponentOf(transaction.currency));
  const legs = legsOf({
    began: began.get(requestId) ?? null,
    committedAt: push.committedAt,
    arrived,
    shown: at,
    clockOffset: wire.clockOffset,
  });
  const credit = way === "in" || transaction.to?.accountId === accountId;
  const held = { hold: "on hold for", release: "released from" }[transaction.type];
  const what = `${money} ${held ?? (credit ? "from" : "to")}`;
  const party = way === "within" ? "your own account" : partyOf(transaction, way);
  events.add({ what: `${what} ${party}`, requestId, legs, kind: way });
}

/** @param {import("./dashboard.js").Dashboard} dashboard */
function reload(dashboard) {
  dashboard.load().catch((error) => dashboard.parts.message.failed(error));
}
