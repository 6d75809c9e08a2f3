import { TellerClient } from "../teller-client.js";
import { find, write } from "./dom.js";
import { follow } from "./live.js";
import { isLoggedOut } from "./session.js";
import { State } from "./state.js";
import { accountsView } from "./views/accounts.js";
import { journeyView } from "./views/journey.js";
import { openingView } from "./views/opening.js";
import { sendView } from "./views/send.js";
import { tellView } from "./views/tell.js";
import { transactionsView } from "./views/transactions.js";
import { wireView } from "./views/wire.js";

const pageSize = 50;

/** What a customer who is logged in sees: reads it once over HTTP, then the wire keeps it up to date. */
export class Dashboard {
  state = new State();
  /** When each request of this page began, in milliseconds since 1970. @type {Map<string, number>} */
  began = new Map();
  /** @type {TellerClient | null} */
  #wire = null;
  /** @type {string | null} */
  #cursor = null;
  #root = find("#dashboard");

  /**
   * @param {{session: import("./session.js").Session, bank: import("./bank.js").Bank,
   *          message: import("./views/message.js").Message, socket: string,
   *          onWire: (wire: TellerClient | null) => void}} parts
   */
  constructor(parts) {
    this.parts = parts;
    const { bank, message } = parts;
    const journey = journeyView(bank, message);
    this.events = wireView(journey);
    this.list = transactionsView(this.state, { older: () => this.#older(), follow: journey });
    accountsView(this.state, {
      open: openingView(this.state, bank, message),
      copied: (number) => message.done("Account number copied.", number),
    });
    sendView(this.state, bank, message, {
      began: (requestId, at) => this.began.set(requestId, at),
      done: (transaction) => this.state.putTransactions([transaction]),
    });
    tellView(() => this.#wire, message, this.events.add);
  }

  /** Shows the customer's accounts and connects. */
  async open() {
    await this.load();
    const { session, socket, onWire } = this.parts;
    const positions = [...this.state.accounts.values()].map(({ id, seq }) => [id, seq]);
    const wire = new TellerClient({
      url: socket,
      token: (options) => session.token(options),
      isFinal: isLoggedOut,
      positions: Object.fromEntries(positions),
      ...(session.customer ? { shared: session.customer.id } : {}),
    });
    this.#wire = wire;
    wire.addEventListener("state", () => onWire(wire));
    follow(wire, this);
    wire.start();
    write(this.#root, "greeting", `${greeting(new Date())}, ${session.customer?.name ?? "friend"}`);
    this.#root.hidden = false;
    this.list.settle(true);
  }

  /** Lets go of everything of the customer's. */
  close() {
    this.#wire?.stop();
    this.#wire = null;
    this.parts.onWire(null);
    this.#cursor = null;
    this.#root.hidden = true;
    this.list.settle(false);
    this.began.clear();
    this.events.clear();
    this.state.clear();
  }

  /** Reads accounts first, transactions second: what comes between is pushed, and told apart by its id. */
  async load() {
    const { bank } = this.parts;
    const accounts = await bank.ask("GET", "/accounts", { query: { limit: 200 } });
    const page = await bank.ask("GET", "/transactions", { query: { limit: pageSize } });
    this.state.putAccounts(accounts.data);
    this.#turn(page);
  }

  async #older() {
    if (!this.#cursor) return;
    const query = { limit: pageSize, cursor: this.#cursor };
    try {
      this.#turn(await this.parts.bank.ask("GET", "/transactions", { query }));
    } catch (error) {
      this.parts.message.failed(error);
    }
  }

  /** @param {{data: import("./types.js").Transaction[], hasMore: boolean, nextCursor: string | null}} page */
  #turn(page) {
    this.state.putTransactions(page.data);
    this.#cursor = page.hasMore ? page.nextCursor : null;
    this.list.more(this.#cursor !== null);
  }
}

/** @param {Date} now */
function greeting(now) {
  const hour = now.getHours();
  if (hour < 5 || hour >= 18) return "Good evening";
  return hour < 12 ? "Good morning" : "Good afternoon";
}
