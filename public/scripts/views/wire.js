import { animate, copyOf, find, write } from "../dom.js";
import { duration, median } from "../latency.js";
import { timeOf } from "./transactions.js";

/** @typedef {import("../latency.js").Legs} Legs */
/** @typedef {{what: string, requestId?: string | null, legs?: Legs | null, note?: string, kind?: string}} WireEvent */

const eventsMax = 60;

/**
 * What happens on the wire, newest first, with the request ID of each and how long its legs took.
 * @param {(requestId: string) => void} follow
 */
export function wireView(follow) {
  const root = find(".wire");
  const list = find("#wire", root);
  const empty = find('[data-part="empty"]', root);
  /** @type {number[]} */
  let totals = [];

  return {
    /** @param {WireEvent} event */
    add(event) {
      const row = copyOf("event");
      row.dataset.kind = event.kind ?? "info";
      write(row, "what", event.what);
      write(row, "time", timeOf(new Date().toISOString()));
      const request = write(row, "request", event.requestId);
      if (event.requestId) {
        const id = event.requestId;
        request.title = `Follow ${id}`;
        request.addEventListener("click", () => follow(id));
      }
      write(row, "figures", event.note ?? null);
      if (event.legs) showLegs(row, event.legs);
      list.prepend(row);
      animate(row, "arrive");
      while (list.children.length > eventsMax) list.lastElementChild?.remove();
      empty.hidden = true;
      if (event.legs) {
        totals = [...totals.slice(-eventsMax), event.legs.push + event.legs.show];
        const middle = median(totals);
        write(root, "median", middle === null ? null : `commit → screen ${duration(middle)}`);
      }
    },
    clear() {
      list.replaceChildren();
      totals = [];
      empty.hidden = false;
      write(root, "median", null);
    },
  };
}

/**
 * @param {HTMLElement} row
 * @param {Legs} legs
 */
function showLegs(row, legs) {
  const track = find(".track", row);
  track.hidden = false;
  for (const leg of /** @type {const} */ (["http", "push", "show"])) {
    const part = find(`[data-leg="${leg}"]`, track);
    part.style.flexGrow = String(legs[leg] ?? 0);
    part.hidden = legs[leg] === null;
  }
  const figures = [
    legs.http === null ? null : `committed ${duration(legs.http)}`,
    `pushed ${duration(legs.push)}`,
    `shown ${duration(legs.show)}`,
  ];
  write(row, "figures", figures.filter(Boolean).join(" → "));
}
