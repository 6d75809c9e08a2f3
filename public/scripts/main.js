// Wires the page together: settings, session, bank, and the two things it shows.
import { Bank } from "./bank.js";
import { loadConfig } from "./config.js";
import { Dashboard } from "./dashboard.js";
import { isUnanswered, Session } from "./session.js";
import { freshnessView } from "./views/freshness.js";
import { headerView } from "./views/header.js";
import { Message } from "./views/message.js";
import { welcomeView } from "./views/welcome.js";

const retryMilliseconds = 2_000;

/** @param {{bank: string, socket: string}} config */
async function start(config) {
  const message = new Message();
  const session = new Session(config.bank);
  const bank = new Bank(config.bank, session);
  const header = headerView(config.bank, () => session.logOut().catch((error) => message.failed(error)));
  const freshness = freshnessView();
  const welcome = welcomeView(session, message);
  const dashboard = new Dashboard({
    session,
    bank,
    message,
    socket: config.socket,
    onWire: (wire) => freshness.show(wire),
  });

  session.addEventListener("in", async () => {
    message.clear();
    welcome.hide();
    header.show(session.customer);
    await persist(() => dashboard.open(), message, () => session.customer !== null);
  });
  session.addEventListener("out", (event) => {
    dashboard.close();
    header.show(null);
    welcome.show();
    if (!(/** @type {CustomEvent} */ (event).detail.wished)) message.failed("You have been logged out.");
  });

  const resumed = await persist(() => session.resume(), message, () => true);
  if (!resumed) welcome.show();
}

/**
 * Tries again while the bank can't be reached and there is a reason to.
 * @template T
 * @param {() => Promise<T>} work
 * @param {Message} message
 * @param {() => boolean} wanted
 * @returns {Promise<T | null>} null if it ended otherwise
 */
async function persist(work, message, wanted) {
  while (wanted()) {
    try {
      return await work();
    } catch (error) {
      message.failed(error);
      if (!isUnanswered(error)) return null;
      await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
    }
  }
  return null;
}

loadConfig()
  .then(start)
  .catch((error) => new Message().failed(error));
