import { copyOf, find, write } from "../dom.js";
import { duration } from "../latency.js";

/** @typedef {import("../types.js").Hop} Hop */

const words = {
  received: ["Received", "bank-core took the request"],
  committed: ["Committed", "in the journal, on disk at a majority"],
  seen: ["Seen", "bank-websocket read it from the change feed"],
  sent: ["Sent", "handed to the socket"],
  acknowledged: ["Acknowledged", "the browser showed it"],
};

/**
 * The way of one request from HTTP to the screens, as the wire's trace tells it.
 * @param {import("../bank.js").Bank} bank
 * @param {import("./message.js").Message} message
 * @returns {(requestId: string) => Promise<void>} shows it
 */
export function journeyView(bank, message) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#journey"));
  closable(dialog);
  return async (requestId) => {
    try {
      const { hops } = await bank.askWire(`/trace/${encodeURIComponent(requestId)}`);
      show(dialog, requestId, hops);
    } catch (error) {
      message.failed(error);
    }
  };
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} requestId
 * @param {Hop[]} hops
 */
function show(dialog, requestId, hops) {
  write(dialog, "request", requestId);
  write(dialog, "empty", hops.length > 0 ? null : "The wire knows nothing of this request yet.");
  find('[data-part="hops"]', dialog).replaceChildren(
    ...hops.map((hop) => {
      const item = copyOf("hop");
      const [name, detail] = words[/** @type {keyof typeof words} */ (hop.hop)] ?? [hop.hop, ""];
      item.dataset.hop = hop.hop;
      write(item, "hop", name);
      write(item, "detail", [detail, hop.connectionId].filter(Boolean).join(" · "));
      write(item, "ms", hop.sinceReceivedMs === 0 ? "0 ms" : `+${duration(hop.sinceReceivedMs)}`);
      return item;
    }),
  );
  if (!dialog.open) dialog.showModal();
}

/**
 * Lets a dialog be closed by its button and by a click beside it. Escape works by itself.
 * @param {HTMLDialogElement} dialog
 */
export function closable(dialog) {
  find('[data-part="close"]', dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
