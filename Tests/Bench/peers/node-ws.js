// The fan-out of bench-raw, with node's ws: the same messages to the same clients.
//   node node-ws.js PORT SOCKETS RATE MESSAGES BYTES
"use strict";
const { WebSocketServer } = require("ws");

const [port, sockets, rate, messages, bytes] = process.argv.slice(2).map(Number);
const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false });
/** What may wait for a client before the next message does. */
const waitingMax = 65_536;

function message() {
  const start = '{"type":"transaction","data":"';
  const end = `","sentAt":"${new Date().toISOString()}"}`;
  return Buffer.from(start + "x".repeat(Math.max(0, bytes - start.length - end.length)) + end);
}

function sendToAll() {
  const text = message();
  for (const client of server.clients) client.send(text, { binary: false });
}

async function run() {
  const [began, used] = [performance.now(), process.cpuUsage()];
  for (let number = 0; number < messages; number += 1) {
    if (rate > 0) {
      const wait = began + (number * 1000) / rate - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    } else {
      while ([...server.clients].some((client) => client.bufferedAmount > waitingMax)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    sendToAll();
  }
  while ([...server.clients].some((client) => client.bufferedAmount > 0)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ deliveries: messages * sockets, processorSeconds: (user + system) / 1e6 }));
  server.clients.forEach((client) => client.on("close", () => process.exit(0)));
}

server.on("connection", () => {
  if (server.clients.size === sockets) setTimeout(run, 1000);
});
