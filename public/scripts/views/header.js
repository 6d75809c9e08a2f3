import { find, write } from "../dom.js";

/**
 * The bar at the top: docs, theme, who is logged in.
 * @param {string} bankAddress
 * @param {() => Promise<void>} logOut
 */
export function headerView(bankAddress, logOut) {
  const who = find("#who");
  const docs = /** @type {HTMLAnchorElement} */ (find("#docs"));
  docs.href = `${bankAddress}/docs`;
  find('[data-testid="logout"]').addEventListener("click", logOut);
  themeButton();

  return {
    /** @param {import("../types.js").Customer | null} customer */
    show(customer) {
      who.hidden = customer === null;
      write(who, "name", customer?.name);
      write(who, "initials", customer ? initials(customer.name) : null);
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
