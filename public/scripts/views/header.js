import { find, write } from "../dom.js";

const words = {
  stopped: "Not connected",
  connecting: "Connecting",
  authenticating: "Connecting",
  live: "Connected",
  waiting: "Reconnecting",
  refused: "Connection refused",
};

/**
 * The bar at the top: connection, docs, theme, who is logged in.
 * @param {string} bankAddress
 * @param {() => Promise<void>} logOut
 */
export function headerView(bankAddress, logOut) {
  const connection = find("#connection");
  const state = find('[data-testid="connection-state"]');
  const who = find("#who");
  const docs = /** @type {HTMLAnchorElement} */ (find("#docs"));
  docs.href = `${bankAddress}/docs`;
  find('[data-testid="logout"]').addEventListener("click", logOut);
  themeButton();

  return {
    /** @param {import("../types.js").Customer | null} customer */
    show(customer) {
      who.hidden = connection.hidden = customer === null;
      write(who, "name", customer?.name);
      write(who, "initials", customer ? initials(customer.name) : null);
    },
    /** @param {import("../../teller-client.js").TellerClient} wire */
    connection(wire) {
      connection.dataset.state = wire.state;
      if (state.textContent !== words[wire.state]) state.textContent = words[wire.state];
      const trip = wire.state === "live" && wire.roundTrip !== null;
      write(connection, "freshness", trip ? `${Math.max(1, Math.round(wire.roundTrip ?? 0))} ms` : null);
    },
  };
}

/** @param {string} name */
export function initials(name) {
  const parts = name.trim().split(/\s+/);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...(part ?? "")][0] ?? "");
  return letters.join("").toLocaleUpperCase();
}

/** Light or dark: the system's choice, until the user makes one. */
function themeButton() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("teller.theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  find("#theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    localStorage.setItem("teller.theme", root.dataset.theme);
  });
}
