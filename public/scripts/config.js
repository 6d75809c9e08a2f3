const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * The bank's address for a page opened at `pageHost`. On loopback it keeps the host name the page was
 * opened with: `localhost` and `127.0.0.1` are different sites to a browser, and cookies would not travel.
 * @param {string} bankURL
 * @param {string} pageHost
 * @returns {string} without a slash at its end
 */
export function bankAddress(bankURL, pageHost) {
  const url = new URL(bankURL);
  if (loopback.has(url.hostname) && loopback.has(pageHost)) url.hostname = pageHost;
  return url.href.replace(/\/+$/, "");
}

/**
 * Where the bank is and where the wire is.
 * @returns {Promise<{bank: string, socket: string}>}
 */
export async function loadConfig() {
  const response = await fetch("/config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`The page's settings can't be read (${response.status}).`);
  const { bankUrl } = await response.json();
  const socket = new URL("/ws", location.href);
  socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return { bank: bankAddress(bankUrl, location.hostname), socket: socket.href };
}
