import { find } from "../dom.js";
import { newRequestId } from "./send.js";

const words = { interaction: "Interaction", error: "Error" };

/**
 * Writes what the user did, or what went wrong, into the interaction log.
 * @param {() => import("../../teller-client.js").TellerClient | null} wire
 * @param {import("./message.js").Message} message
 * @param {(event: import("./wire.js").WireEvent) => void} tell
 */
export function tellView(wire, message, tell) {
  const form = /** @type {HTMLFormElement} */ (find("#tell"));
  const text = /** @type {HTMLInputElement} */ (find('[data-testid="interaction-text"]', form));

  /** @param {"interaction" | "error"} kind */
  async function log(kind) {
    const requestId = newRequestId();
    try {
      const client = wire();
      if (!client) throw new Error("Not connected: nothing was sent.");
      await client.log(kind, { text: text.value.trim() || `The ${kind} button` }, requestId);
      message.done(`${words[kind]} stored in the log.`, requestId);
      tell({ what: `${words[kind]} stored`, requestId, note: text.value.trim(), kind });
      text.value = "";
    } catch (error) {
      message.failed(error);
    }
  }

  find('[data-testid="interaction-submit"]', form).addEventListener("click", () => log("interaction"));
  find('[data-testid="error-submit"]', form).addEventListener("click", () => log("error"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    log("interaction");
  });
}
