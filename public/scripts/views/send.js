import { clock, find, oncePerFrame, write } from "../dom.js";
import { formatMoney, parseAmount } from "../money.js";
import { Problem, Unanswered } from "../problem.js";
import { groups, titleOf } from "./accounts.js";
import { clearFaults, markFault, onSubmit } from "./message.js";

/**
 * Sending money. Each attempt has one idempotency key: it's kept while nobody knows how the attempt
 * ended, so that pressing again can't pay twice.
 * @param {import("../state.js").State} state
 * @param {import("../bank.js").Bank} bank
 * @param {import("./message.js").Message} message
 * @param {{began: (requestId: string, at: number) => void, done: (transaction: any) => void}} progress
 */
export function sendView(state, bank, message, progress) {
  const form = /** @type {HTMLFormElement} */ (find("#send"));
  const from = /** @type {HTMLSelectElement} */ (find('[data-testid="send-from"]', form));
  const to = /** @type {HTMLInputElement} */ (find('[data-testid="send-to"]', form));
  const payee = find("#payee");
  /** @type {{body: string, key: string} | null} */
  let open = null;

  const account = () => state.accounts.get(from.value);

  function renderAccounts() {
    const chosen = from.value;
    const accounts = [...state.accounts.values()].filter(({ status }) => status === "active");
    from.replaceChildren(
      ...accounts.map((item) => {
        const money = formatMoney(item.balance.available, item.currency, item.exponent);
        return new Option(`${titleOf(item)} · ${item.number.slice(-4)} · ${money}`, item.id);
      }),
    );
    if (state.accounts.has(chosen)) from.value = chosen;
    write(form, "currency", account()?.currency);
  }

  /** Says whose account the number is, before any money goes there. */
  async function lookUp() {
    const number = digits(to.value);
    payee.hidden = true;
    if (!isAccountNumber(number)) return;
    try {
      const { holderName, currency } = await bank.ask("GET", "/accounts/lookup", { query: { number } });
      if (digits(to.value) !== number) return;
      payee.textContent = `${holderName} · ${currency}`;
      payee.dataset.kind = "known";
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) return;
      payee.textContent = "No account has this number.";
      payee.dataset.kind = "unknown";
    }
    payee.hidden = false;
  }

  state.addEventListener("accounts", oncePerFrame(renderAccounts));
  from.addEventListener("change", () => write(form, "currency", account()?.currency));
  to.addEventListener("input", lookUp);

  onSubmit(form, message, async (fields) => {
    const payer = account();
    if (!payer) throw new Error("You have no account to send from.");
    const amount = readAmount(form, fields.amount ?? "", payer);
    if (amount === null) return message.failed("Please correct the amount.");
    const body = {
      type: "transfer",
      from: payer.id,
      to: digits(fields.to ?? ""),
      amount,
      currency: payer.currency,
      ...(fields.description?.trim() ? { description: fields.description.trim() } : {}),
    };
    const text = JSON.stringify(body);
    if (open?.body !== text) open = { body: text, key: crypto.randomUUID() };
    const requestId = newRequestId();
    progress.began(requestId, clock());
    try {
      const transaction = await bank.ask("POST", "/transactions", { body, key: open.key, requestId });
      open = null;
      progress.done(transaction);
      sent(transaction);
    } catch (error) {
      if (error instanceof Problem && !error.retryable) open = null;
      if (error instanceof Unanswered) {
        throw new Error("No answer came, so it's not known whether the money went. Press Send again: it can't be paid twice.");
      }
      throw error;
    }
  });

  /** @param {import("../types.js").Transaction} transaction */
  function sent(transaction) {
    const money = formatMoney(transaction.amount, transaction.currency, state.exponentOf(transaction.currency));
    const name = transaction.to?.holderName ?? groups(transaction.to?.number ?? "");
    message.done(`${money} sent to ${name}.`, transaction.requestId);
    const keep = from.value;
    form.reset();
    clearFaults(form);
    from.value = keep;
    payee.hidden = true;
  }
}

/** A request ID of the page's own, so that the push can be told from others before the reply is here. */
export function newRequestId() {
  return `req_${crypto.randomUUID().replaceAll("-", "")}`;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} text
 * @param {import("../types.js").Account} account
 * @returns {number | null} minor units
 */
function readAmount(form, text, account) {
  try {
    return parseAmount(text, account.exponent);
  } catch (error) {
    markFault(form, { pointer: "/amount", detail: error instanceof Error ? error.message : "" });
    return null;
  }
}

/** @param {string} text */
function digits(text) {
  return text.replace(/[\s-]/g, "");
}

/**
 * Ten digits, the last one a check digit by the Luhn formula (ISO/IEC 7812-1 annex B).
 * @param {string} text
 */
export function isAccountNumber(text) {
  if (!/^\d{10}$/.test(text)) return false;
  const sum = [...text].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
