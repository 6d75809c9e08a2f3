import { find, write } from "../dom.js";
import { Problem } from "../problem.js";

const shownMilliseconds = 12_000;

/** The one line that tells the user how something went. Errors stay until the next message. */
export class Message {
  #element = find('[data-testid="message"]');
  #timer = 0;

  constructor() {
    this.#element.addEventListener("click", () => this.clear());
  }

  /**
   * @param {string} text
   * @param {string} [detail] smaller, such as a request ID
   */
  done(text, detail) {
    this.#show("done", text, detail);
    this.#timer = setTimeout(() => this.clear(), shownMilliseconds);
  }

  /**
   * Shows an error, and marks the fields of `form` that it's about.
   * @param {unknown} error
   * @param {HTMLFormElement} [form]
   */
  failed(error, form) {
    const text = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Problem)) return this.#show("error", text);
    if (form) for (const fault of error.errors) markFault(form, fault);
    const more = error.errors.map((fault) => fault.detail).filter((detail) => detail !== text).join(" ");
    this.#show("error", [text, more].filter(Boolean).join(" "), [error.code, error.requestId].filter(Boolean).join(" · "));
  }

  clear() {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
  }

  /**
   * @param {"done" | "error"} kind
   * @param {string} text
   * @param {string} [detail]
   */
  #show(kind, text, detail) {
    clearTimeout(this.#timer);
    this.#element.dataset.kind = kind;
    write(this.#element, "text", text);
    write(this.#element, "detail", detail);
    this.#element.hidden = false;
  }
}

/**
 * Marks the field that a fault points to, with its sentence below it.
 * @param {HTMLFormElement} form
 * @param {{pointer: string, detail: string}} fault
 * @returns {boolean} whether the form has such a field
 */
export function markFault(form, fault) {
  const field = form.elements.namedItem(fault.pointer.slice(1));
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return false;
  const note = document.createElement("small");
  note.className = "fault";
  note.id = `${form.id}-${field.name}-fault`;
  note.textContent = fault.detail;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", note.id);
  field.closest("label")?.append(note);
  if (!form.querySelector("[aria-invalid]:focus")) field.focus();
  return true;
}

/** @param {HTMLFormElement} form */
export function clearFaults(form) {
  for (const note of form.querySelectorAll(".fault")) note.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
  }
}

/**
 * Runs `work` when the form is sent: once at a time, its faults cleared before and its errors shown after.
 * @param {HTMLFormElement} form
 * @param {Message} message
 * @param {(fields: Record<string, string>) => Promise<void>} work
 */
export function onSubmit(form, message, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    clearFaults(form);
    if (!checkRequired(form)) return message.failed("Please fill in the fields that are marked.");
    form.setAttribute("aria-busy", "true");
    try {
      const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
      await work(Object.fromEntries(fields));
    } catch (error) {
      message.failed(error, form);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

/** @param {HTMLFormElement} form */
function checkRequired(form) {
  const empty = [...form.querySelectorAll("input")].filter((field) => !field.validity.valid);
  for (const field of empty) {
    markFault(form, { pointer: `/${field.name}`, detail: field.validationMessage });
  }
  return empty.length === 0;
}
