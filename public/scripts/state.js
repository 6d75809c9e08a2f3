/**
 * @typedef {import("./types.js").Account} Account
 * @typedef {import("./types.js").Balance} Balance
 * @typedef {import("./types.js").Transaction} Transaction
 */

const transactionsMax = 500;
/** What a transaction of a type makes of the one that it names. */
const endings = { reversal: "reversed", cancellation: "cancelled", capture: "captured", release: "released" };

/**
 * What the page shows: the customer's accounts and transactions, whoever told them, HTTP or the wire.
 *
 * Events: `accounts` (detail: ids that changed), `transactions`.
 */
export class State extends EventTarget {
  /** @type {Map<string, Account>} */
  accounts = new Map();
  /** @type {Map<string, Transaction>} */
  #transactions = new Map();

  /** Newest first. Ids sort by time (UUIDv7), so they break ties. */
  get transactions() {
    return [...this.#transactions.values()].sort(
      (a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id),
    );
  }

  clear() {
    this.accounts.clear();
    this.#transactions.clear();
    this.#tell("accounts", []);
    this.#tell("transactions", null);
  }

  /** @param {Account[]} accounts as the bank listed them */
  putAccounts(accounts) {
    const changed = accounts.filter((account) => {
      const known = this.accounts.get(account.id);
      return !known || account.seq >= known.seq;
    });
    for (const account of changed) this.accounts.set(account.id, account);
    this.#tell("accounts", changed.map((account) => account.id));
  }

  /**
   * A balance counts from its seq on: an older one never replaces a newer one.
   * @param {string} accountId
   * @param {number} seq
   * @param {Balance} balance
   */
  putBalance(accountId, seq, balance) {
    const account = this.accounts.get(accountId);
    if (!account || seq < account.seq) return;
    this.accounts.set(accountId, { ...account, seq, balance: { ...account.balance, ...balance } });
    this.#tell("accounts", [accountId]);
  }

  /**
   * Makes way for what the bank says of these accounts, even if it is behind what was known: its journal may
   * have gone back.
   * @param {{accountId: string, seq: number}[]} accounts
   */
  forget(accounts) {
    for (const { accountId, seq } of accounts) {
      const account = this.accounts.get(accountId);
      if (account) this.accounts.set(accountId, { ...account, seq });
    }
    this.#transactions.clear();
    this.#tell("transactions", null);
  }

  /** @param {Transaction[]} transactions */
  putTransactions(transactions) {
    for (const transaction of transactions) this.#transactions.set(transaction.id, transaction);
    for (const transaction of transactions) this.#end(transaction);
    const surplus = this.#transactions.size > transactionsMax ? this.transactions.slice(transactionsMax) : [];
    for (const { id } of surplus) this.#transactions.delete(id);
    this.#tell("transactions", null);
  }

  /**
   * Shows on an earlier transaction that this one ended it: the wire tells of each entry once.
   * @param {Transaction} transaction
   */
  #end({ type, status, relatedTransactionId }) {
    const ended = endings[/** @type {keyof typeof endings} */ (type)];
    const earlier = this.#transactions.get(relatedTransactionId ?? "");
    if (!ended || status === "refused" || !earlier || !["posted", "pending"].includes(earlier.status)) return;
    this.#transactions.set(earlier.id, { ...earlier, status: ended });
  }

  /**
   * Which way a transaction went, seen from the customer.
   * @param {Transaction} transaction
   * @returns {"in" | "out" | "within"}
   */
  directionOf({ from, to }) {
    const paid = this.#owns(from);
    const received = this.#owns(to);
    if (paid && received) return "within";
    return paid ? "out" : "in";
  }

  /** @param {string} currency */
  exponentOf(currency) {
    return [...this.accounts.values()].find((account) => account.currency === currency)?.exponent;
  }

  /** @param {import("./types.js").Side | null} side */
  #owns(side) {
    if (!side) return false;
    for (const account of this.accounts.values()) {
      if (account.id === side.accountId || account.number === side.number) return true;
    }
    return false;
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
