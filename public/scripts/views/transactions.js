import { animate, copyOf, find, oncePerFrame, write } from "../dom.js";
import { formatMoney } from "../money.js";
import { groups } from "./accounts.js";

/** @typedef {import("../types.js").Transaction} Transaction */

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dateTime = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const arrows = { in: "↓", out: "↑", within: "⇄" };
const types = { deposit: "Deposit", withdrawal: "Withdrawal", opening: "Opening balance" };
/** What happens to money that is set aside. */
const heldTypes = { hold: "On hold", capture: "From a hold", release: "Released" };
/** Types that move no money. */
const stillTypes = new Set(["hold", "release"]);

/**
 * The list of transactions, newest first; a new one slides in.
 * @param {import("../state.js").State} state
 * @param {{older: () => Promise<void>, follow: (requestId: string) => void}} actions
 */
export function transactionsView(state, actions) {
  const root = find(".transactions");
  const list = find("#transactions", root);
  const older = /** @type {HTMLButtonElement} */ (find("#older", root));
  /** @type {Map<string, {row: HTMLElement, transaction: Transaction}>} */
  const rows = new Map();
  let settled = false;

  function render() {
    const wanted = state.transactions;
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { row }] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    let place = list.firstElementChild;
    for (const transaction of wanted) {
      const shown = rows.get(transaction.id);
      const row = shown?.row ?? make(transaction);
      if (shown?.transaction !== transaction) fill(row, transaction, state);
      rows.set(transaction.id, { row, transaction });
      if (row === place) place = place.nextElementSibling;
      else list.insertBefore(row, place);
      if (!shown && settled) animate(row, "arrive");
    }
    find('[data-part="empty"]', root).hidden = wanted.length > 0;
  }

  /** @param {Transaction} transaction */
  function make(transaction) {
    const row = copyOf("transaction");
    row.addEventListener("click", () => actions.follow(transaction.requestId));
    return row;
  }

  older.addEventListener("click", async () => {
    older.disabled = true;
    await actions.older().finally(() => (older.disabled = false));
  });
  state.addEventListener("transactions", oncePerFrame(render));

  return {
    /** @param {boolean} more whether the bank has older ones */
    more(more) {
      older.hidden = !more;
    },
    /** @param {boolean} now whether rows that are new from now on slide in */
    settle(now) {
      settled = now;
    },
  };
}

/**
 * @param {HTMLElement} row
 * @param {Transaction} transaction
 * @param {import("../state.js").State} state
 */
function fill(row, transaction, state) {
  const way = state.directionOf(transaction);
  const refused = transaction.status === "refused";
  const still = stillTypes.has(transaction.type);
  const signed = way === "out" ? -transaction.amount : transaction.amount;
  row.dataset.transactionId = transaction.id;
  row.dataset.way = refused ? "none" : still ? "still" : way;
  find(".arrow", row).textContent = refused ? "×" : still ? "·" : arrows[way];
  write(row, "party", partyOf(transaction, way));
  write(row, "about", aboutOf(transaction, way));
  const exponent = state.exponentOf(transaction.currency);
  const sign = way === "within" || refused || still ? "auto" : "exceptZero";
  write(row, "amount", formatMoney(refused || still ? transaction.amount : signed, transaction.currency, exponent, sign));
  write(row, "status", transaction.status === "posted" ? null : transaction.status);
  const time = /** @type {HTMLTimeElement} */ (write(row, "time", timeOf(transaction.createdAt)));
  time.dateTime = transaction.createdAt;
  row.title = transaction.requestId;
}

/**
 * @param {Transaction} transaction
 * @param {"in" | "out" | "within"} way
 */
export function partyOf(transaction, way) {
  if (way === "within") return "Between your accounts";
  const other = way === "out" ? transaction.to : transaction.from;
  const known = types[/** @type {keyof typeof types} */ (transaction.type)];
  return known ?? other?.holderName ?? transaction.type;
}

/**
 * @param {Transaction} transaction
 * @param {"in" | "out" | "within"} way
 */
function aboutOf(transaction, way) {
  if (transaction.refusal) return transaction.refusal.detail;
  const other = way === "out" ? transaction.to : transaction.from;
  const held = heldTypes[/** @type {keyof typeof heldTypes} */ (transaction.type)];
  return [held, transaction.description, groups(other?.number ?? "")].filter(Boolean).join(" · ");
}

/** @param {string} text RFC 3339 */
export function timeOf(text) {
  const time = new Date(text);
  const today = time.toDateString() === new Date().toDateString();
  return (today ? clockTime : dateTime).format(time);
}
