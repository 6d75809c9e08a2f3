"""TellerClients that share a socket, in one page, against a wire made for the test."""

from typing import Any

from playwright.sync_api import Page

#: A wire with one account, `a`, whose journal `post()` makes longer; `tab()` opens a client.
HARNESS = """
async () => {
    const { TellerClient } = await import("/teller-client.js");
    const journal = { a: 5 }, replayedMax = 100;
    const sockets = [], said = [], tabs = [];
    const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const until = async (holds, what = String(holds)) => {
        for (let wait = 0; !holds(); wait += 5) {
            if (wait > 12_000) throw new Error(`Not in time: ${what}`);
            await pause(5);
        }
    };
    class Socket {
        static OPEN = 1;
        readyState = 1;
        isSubscribed = false;
        constructor() {
            const connectionId = `con_${sockets.push(this)}`;
            setTimeout(() => this.hear({ type: "hello", connectionId, heartbeatSeconds: 25 }), 2);
        }
        send(text) {
            const message = JSON.parse(text);
            said.push(message);
            setTimeout(() => this.answer(message), 2);
        }
        answer({ type, id, token, accounts, positions }) {
            if (type === "auth") this.hear({ type, status: "success", customerId: token });
            if (type === "ping") this.hear({ type: "pong" });
            if (type === "event.interaction") this.hear({ type: "logged", id });
            if (type === "event.error") this.hear({ type: "error", id, code: "overloaded", detail: "Not stored." });
            if (type === "subscribe") this.subscribed(id, accounts === "all" ? ["a"] : accounts, positions);
        }
        subscribed(id, accounts, positions) {
            const known = (accountId) => positions[accountId] ?? journal[accountId];
            const recovered = (accountId) => journal[accountId] - known(accountId) <= replayedMax;
            this.isSubscribed = true;
            this.hear({ type: "subscribed", id, accounts: accounts.map((accountId) => (
                { accountId, seq: journal[accountId], recovered: recovered(accountId) })) });
            for (const accountId of accounts.filter(recovered)) {
                for (let seq = known(accountId) + 1; seq <= journal[accountId]; seq += 1) this.entry(accountId, seq);
            }
        }
        entry(accountId, seq) { this.hear({ type: "transaction", accountId, seq }); }
        hear(message) { if (this.readyState === 1) this.onmessage({ data: JSON.stringify(message) }); }
        close() { this.readyState = 3; }
        end(code) { this.readyState = 3; this.onclose({ code }); }
    }
    const open = () => sockets.filter((socket) => socket.readyState === 1);
    const post = (accountId = "a") => {
        journal[accountId] += 1;
        for (const socket of open()) if (socket.isSubscribed) socket.entry(accountId, journal[accountId]);
    };
    const tab = (options = {}) => {
        const told = [], heard = [];
        const client = new TellerClient({
            url: "ws://nowhere/ws",
            shared: "cus_1",
            token: async () => "cus_1",
            positions: { a: journal.a },
            ...options,
        });
        for (const type of ["subscribed", "refusal", "problem", "loggedout"]) {
            client.addEventListener(type, (event) => heard.push([type, event.detail]));
        }
        client.addEventListener("transaction", (event) => told.push(event.detail.seq));
        client.start();
        const one = { client, told, heard, live: () => until(() => client.state === "live", "live") };
        tabs.push(one);
        return one;
    };
    const real = window.WebSocket;
    window.WebSocket = Socket;
    try {
        SCRIPT
    } finally {
        for (const { client } of tabs) client.stop();
        window.WebSocket = real;
    }
    return { told: tabs.map((one) => one.told), heard: tabs.map((one) => one.heard), said,
             sockets: sockets.length };
}
"""


def run(page: Page, script: str) -> dict[str, Any]:
    """What each tab was told and heard, what was said to the wire, and on how many sockets."""
    return page.evaluate(HARNESS.replace("SCRIPT", script))
