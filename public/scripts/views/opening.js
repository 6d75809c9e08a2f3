import { find } from "../dom.js";
import { titleOf } from "./accounts.js";
import { closable } from "./journey.js";
import { onSubmit } from "./message.js";

const currencies = ["USD", "EUR", "GBP", "CHF", "JPY", "CZK", "KWD"];

/**
 * Opening another account.
 * @param {import("../state.js").State} state
 * @param {import("../bank.js").Bank} bank
 * @param {import("./message.js").Message} message
 * @returns {() => void} shows the dialog
 */
export function openingView(state, bank, message) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#opening"));
  const form = /** @type {HTMLFormElement} */ (find("#open", dialog));
  const select = /** @type {HTMLSelectElement} */ (find('[name="currency"]', form));
  const names = new Intl.DisplayNames(undefined, { type: "currency" });
  select.append(...currencies.map((code) => new Option(`${code} · ${names.of(code)}`, code)));
  closable(dialog);

  onSubmit(form, message, async ({ type = "", currency = "", description = "" }) => {
    dialog.close();
    const wish = description.trim() ? { description: description.trim() } : {};
    const account = await bank.ask("POST", "/accounts", { body: { type, currency, ...wish } });
    state.putAccounts([account]);
    message.done(`${titleOf(account)} opened.`, account.number);
    form.reset();
  });

  return () => {
    const first = [...state.accounts.values()][0];
    if (first) select.value = first.currency;
    dialog.showModal();
  };
}
