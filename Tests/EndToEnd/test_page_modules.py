"""The page's modules by themselves, in the browser that runs them."""

from typing import Any, Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from support.dashboard import launch
from support.processes import Teller


@pytest.fixture(scope="module")
def page(teller: Teller) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(locale="en-US")
        page.goto(teller.page)
        yield page
        browser.close()


def amount(page: Page, text: str, exponent: int = 2) -> Any:
    return page.evaluate("""async ([text, exponent]) => {
        const { parseAmount } = await import("/scripts/money.js");
        try { return parseAmount(text, exponent); } catch (error) { return error.message; }
    }""", [text, exponent])


@pytest.mark.parametrize("text, exponent, minor", [
    ("12.34", 2, 1234), ("12,34", 2, 1234), (" 7 ", 2, 700), ("0.1", 2, 10), ("0.29", 2, 29),
    ("1.005", 3, 1005), ("500", 0, 500), ("90071992547409.91", 2, 2**53 - 1),
    ("1.10", 2, 110), ("1234567.89", 2, 123456789),
])
def test_an_amount_is_read_exactly(page: Page, text: str, exponent: int, minor: int):
    assert amount(page, text, exponent) == minor


@pytest.mark.parametrize("text, exponent", [
    ("", 2), ("0", 2), ("0.00", 2), ("-1", 2), ("1.234", 2), ("1.5", 0), ("1e3", 2), ("1,234.56", 2),
    ("90071992547409.92", 2), ("٣", 2), ("ten", 2), (".5", 2), ("1.", 2),
])
def test_what_is_no_amount_is_refused_with_a_sentence(page: Page, text: str, exponent: int):
    assert isinstance(amount(page, text, exponent), str)


@pytest.mark.parametrize("minor, currency, exponent, text", [
    (500000, "USD", 2, "$5,000.00"), (-1234, "USD", 2, "-$12.34"), (5, "USD", 2, "$0.05"),
    (500, "JPY", 0, "¥500"), (1, "KWD", 3, "KWD 0.001"), (2**53 - 1, "USD", 2, "$90,071,992,547,409.91"),
])
def test_money_is_written_exactly(page: Page, minor: int, currency: str, exponent: int, text: str):
    written = page.evaluate("""async ([minor, currency, exponent]) =>
        (await import("/scripts/money.js")).formatMoney(minor, currency, exponent)""",
                            [minor, currency, exponent])
    assert written.replace("\u00a0", " ") == text


@pytest.mark.parametrize("bank, host, address", [
    ("http://127.0.0.1:3000", "localhost", "http://localhost:3000"),
    ("http://localhost:3000/", "127.0.0.1", "http://127.0.0.1:3000"),
    ("https://bank.example", "localhost", "https://bank.example"),
    ("http://127.0.0.1:3000", "dashboard.example", "http://127.0.0.1:3000"),
])
def test_on_loopback_the_bank_keeps_the_pages_host_name(page: Page, bank: str, host: str, address: str):
    assert page.evaluate("""async ([bank, host]) =>
        (await import("/scripts/config.js")).bankAddress(bank, host)""", [bank, host]) == address


#: A socket that the test speaks for, and a client on it whose waiting is cut short.
HARNESS = """
async () => {
    const { TellerClient } = await import("/teller-client.js");
    const sockets = [], said = [], told = [], tokens = [], states = [];
    class Socket {
        static OPEN = 1;
        readyState = 1;
        constructor() { sockets.push(this); }
        send(text) { said.push(JSON.parse(text)); }
        close() { this.readyState = 3; }
        hear(message) { this.onmessage({ data: JSON.stringify(message) }); }
        end(code) { this.readyState = 3; this.onclose({ code }); }
    }
    const real = { socket: window.WebSocket, random: Math.random };
    window.WebSocket = Socket;
    Math.random = () => 0;
    const client = new TellerClient({
        url: "ws://nowhere/ws",
        positions: { a: 5 },
        token: async ({ fresh }) => { tokens.push(fresh); return "token"; },
        isFinal: () => true,
    });
    client.addEventListener("transaction", (event) => told.push(event.detail.seq));
    client.addEventListener("state", () => states.push(client.state));
    client.addEventListener("loggedout", () => states.push("loggedout"));
    const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const open = async (seq = 5, recovered = true) => {
        await pause(20);
        const socket = sockets.at(-1);
        socket.hear({ type: "hello", connectionId: "con_1", heartbeatSeconds: 25 });
        await pause(5);
        socket.hear({ type: "auth", status: "success" });
        socket.hear({ type: "subscribed", accounts: [{ accountId: "a", seq, recovered }] });
        return socket;
    };
    const entry = (seq) => ({ type: "transaction", accountId: "a", seq });
    client.start();
    try {
        SCRIPT
    } finally {
        client.stop();
        Object.assign(window, { WebSocket: real.socket });
        Math.random = real.random;
    }
    return { said, told, tokens, states, sockets: sockets.length };
}
"""


def client(page: Page, script: str) -> dict[str, Any]:
    """Runs `script` with a client whose socket it speaks for; what was said, told and asked."""
    return page.evaluate(HARNESS.replace("SCRIPT", script))


def test_the_client_subscribes_from_the_positions_it_knows(page: Page):
    seen = client(page, "await open();")
    assert seen["said"][0] == {"type": "auth", "token": "token"}
    assert seen["said"][1]["accounts"] == "all"
    assert seen["said"][1]["positions"] == {"a": 5}
    assert seen["states"] == ["connecting", "authenticating", "live", "stopped"]


def test_the_client_tells_each_entry_once_and_in_order(page: Page):
    seen = client(page, """
        const socket = await open();
        for (const seq of [4, 5, 6, 6, 7, 5, 8]) socket.hear(entry(seq));""")
    assert seen["told"] == [6, 7, 8]


def test_a_hole_makes_the_client_take_up_again_from_before_it(page: Page):
    seen = client(page, """
        let socket = await open();
        socket.hear(entry(6));
        socket.hear(entry(8));
        socket = await open();
        for (const seq of [7, 8]) socket.hear(entry(seq));""")
    assert seen["told"] == [6, 7, 8]
    again = [message for message in seen["said"] if message["type"] == "subscribe"][1]
    assert again["positions"] == {"a": 6}


def test_what_is_not_recovered_counts_from_the_servers_position(page: Page):
    seen = client(page, """
        const socket = await open(20000, false);
        socket.hear(entry(20001));""")
    assert seen["told"] == [20001]


def test_acknowledgements_are_gathered(page: Page):
    seen = client(page, """
        await open();
        for (let seq = 6; seq < 500; seq += 1) client.acknowledge("a", seq);
        await pause(60);
        for (let seq = 500; seq <= 900; seq += 1) client.acknowledge("a", seq);
        await pause(1200);""")
    acks = [message["positions"] for message in seen["said"] if message["type"] == "ack"]
    assert acks == [{"a": 499}, {"a": 900}]


def test_after_4401_a_fresh_token_is_asked_for_and_a_second_4401_means_logged_out(page: Page):
    seen = client(page, """
        (await open()).end(4401);
        await pause(20);
        SECOND.hear({ type: "hello", connectionId: "con_2" });
        await pause(5);
        SECOND.end(4401);""".replace("SECOND", "sockets.at(-1)"))
    assert seen["tokens"] == [False, True]
    assert seen["states"][-2:] == ["stopped", "loggedout"]


@pytest.mark.parametrize("code, sockets", [(1002, 1), (1003, 1), (1007, 1), (1009, 1), (4403, 1),
                                           (1006, 2), (1012, 2), (1013, 2), (4408, 2), (4409, 2),
                                           (4429, 2)])
def test_only_closes_that_can_end_better_are_tried_again(page: Page, code: int, sockets: int):
    seen = client(page, f"(await open()).end({code}); await pause(30);")
    assert seen["sockets"] == sockets


def test_a_restarting_service_is_given_the_time_it_asks_for(page: Page):
    seen = client(page, """
        const socket = await open();
        socket.hear({ type: "reconnect", afterMs: 400 });
        socket.end(1012);
        await pause(200);
        if (client.state !== "waiting") throw new Error(client.state);
        await pause(300);""")
    assert seen["sockets"] == 2


def test_a_token_that_expires_is_replaced_on_the_same_connection(page: Page):
    seen = client(page, """
        const socket = await open();
        socket.hear({ type: "token.expiring" });
        await pause(5);
        socket.hear({ type: "auth", status: "success" });""")
    assert [message["type"] for message in seen["said"] if message["type"] != "ping"] == \
        ["auth", "subscribe", "auth"]
    assert seen["tokens"] == [False, True]
    assert seen["sockets"] == 1
