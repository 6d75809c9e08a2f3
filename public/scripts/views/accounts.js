import { animate, copyOf, find, oncePerFrame, write } from "../dom.js";
import { formatMoney } from "../money.js";

/** @typedef {import("../types.js").Account} Account */

const titles = { saving: "Saving", personal: "Personal", loan: "Loan", merchant: "Merchant" };

/**
 * A card for each account; a balance that changes lights up and says by how much.
 * @param {import("../state.js").State} state
 * @param {{open: () => void, copied: (number: string) => void}} actions
 */
export function accountsView(state, actions) {
  const list = find("#accounts");
  const add = copyOf("add");
  add.addEventListener("click", actions.open);
  /** @type {Map<string, {card: HTMLElement, account: Account}>} */
  const cards = new Map();

  /** @param {Account} account */
  function make(account) {
    const card = copyOf("account");
    find('[data-part="copy"]', card).addEventListener("click", async () => {
      await navigator.clipboard?.writeText(account.number).catch(() => undefined);
      actions.copied(account.number);
    });
    list.append(card);
    return card;
  }

  function render() {
    for (const [id, { card }] of cards) {
      if (state.accounts.has(id)) continue;
      card.remove();
      cards.delete(id);
    }
    const accounts = [...state.accounts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const account of accounts) {
      const shown = cards.get(account.id);
      if (shown?.account === account) continue;
      const card = shown?.card ?? make(account);
      fill(card, account);
      if (shown) flash(card, account, account.balance.posted - shown.account.balance.posted);
      cards.set(account.id, { card, account });
    }
    list.append(add);
  }

  state.addEventListener("accounts", oncePerFrame(render));
}

/**
 * @param {HTMLElement} card
 * @param {Account} account
 */
function fill(card, account) {
  const { currency, exponent, balance, status } = account;
  card.dataset.accountId = account.id;
  card.dataset.number = account.number;
  card.dataset.type = account.type;
  write(card, "title", titleOf(account));
  write(card, "status", status === "active" ? null : status);
  const figure = /** @type {HTMLDataElement} */ (find('[data-testid="balance"]', card));
  figure.value = String(balance.posted);
  figure.textContent = formatMoney(balance.posted, currency, exponent);
  const held = balance.held > 0 ? `${formatMoney(balance.held, currency, exponent)} held, ` : "";
  write(card, "more", `${held}${formatMoney(balance.available, currency, exponent)} available`);
  write(card, "number", groups(account.number));
  find('[data-part="copy"]', card).setAttribute("aria-label", `Copy account number ${account.number}`);
  write(card, "seq", account.seq === 1 ? "1 entry" : `${account.seq} entries`);
}

/**
 * @param {HTMLElement} card
 * @param {Account} account
 * @param {number} change minor units
 */
function flash(card, { currency, exponent }, change) {
  if (change === 0) return;
  const way = change > 0 ? "in" : "out";
  const delta = write(card, "delta", formatMoney(change, currency, exponent, "exceptZero"));
  delta.dataset.way = way;
  animate(delta, "rise");
  animate(card, `flash-${way}`);
}

/** @param {Account} account */
export function titleOf(account) {
  const known = titles[/** @type {keyof typeof titles} */ (account.type)];
  return account.description || (known ?? account.type);
}

/**
 * Ten digits as a person reads them: `4012 345 678`.
 * @param {string} number
 */
export function groups(number) {
  return number.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1 $2 $3");
}
