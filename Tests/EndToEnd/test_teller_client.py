"""public/teller-client.js by itself, in the browser that runs it, on sockets that the tests speak for."""

from typing import Any

import pytest
from playwright.sync_api import Page

#: A socket that the test speaks for, and a client on it whose waiting is cut short.
HARNESS = """
async () => {
    const { TellerClient } = await import("/teller-client.js");
    const sockets = [], said = [], told = [], tokens = [], states = [], waits = [], answers = [];
    class Socket {
        static OPEN = 1;
        readyState = 1;
        constructor() { sockets.push(this); }
        send(text) { said.push(JSON.parse(text)); }
        close() { this.readyState = 3; }
        hear(message) { this.onmessage({ data: JSON.stringify(message) }); }
        end(code) { this.readyState = 3; this.onclose({ code }); }
    }
    const real = { socket: window.WebSocket, random: Math.random, later: window.setTimeout, now: performance.now };
    let ahead = 0;
    performance.now = () => real.now.call(performance) + ahead;
    const pause = (milliseconds) => new Promise((resolve) => real.later.call(window, resolve, milliseconds));
    const hasten = () => {
        window.setTimeout = (work, wait) => { waits.push(wait); return real.later.call(window, work, 0); };
    };
    window.WebSocket = Socket;
    Math.random = () => 0;
    const client = new TellerClient({
        url: "ws://nowhere/ws",
        positions: { a: 5 },
        token: async ({ fresh }) => { tokens.push(fresh); return answers.length ? answers.shift()() : "token"; },
        isFinal: (error) => error.message === "logged out",
    });
    client.addEventListener("transaction", (event) => told.push(event.detail.seq));
    client.addEventListener("state", () => states.push(client.state));
    client.addEventListener("loggedout", () => states.push("loggedout"));
    const open = async (seq = 5, recovered = true) => {
        await pause(20);
        const socket = sockets.at(-1);
        socket.hear({ type: "hello", connectionId: "con_1", heartbeatSeconds: 25 });
        await pause(5);
        socket.hear({ type: "auth", status: "success" });
        const { id } = said.at(-1);
        socket.hear({ type: "subscribed", id, accounts: [{ accountId: "a", seq, recovered }] });
        return socket;
    };
    const entry = (seq) => ({ type: "transaction", accountId: "a", seq });
    client.start();
    try {
        SCRIPT
    } finally {
        client.stop();
        Object.assign(window, { WebSocket: real.socket, setTimeout: real.later });
        Math.random = real.random;
        performance.now = real.now;
    }
    return { said, told, tokens, states, waits, sockets: sockets.length };
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


def test_a_journal_that_went_back_is_followed_and_acknowledged_from_there(page: Page):
    seen = client(page, """
        (await open(9)).end(1012);
        client.acknowledge("a", 9);
        const socket = await open(3, false);
        socket.hear(entry(4));
        client.acknowledge("a", 4);
        await pause(1_200);""")
    assert seen["told"] == [4]
    assert [message["positions"] for message in seen["said"] if message["type"] == "ack"][-1] == {"a": 4}


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


def test_waits_double_up_to_a_cap_and_any_part_of_them_is_as_likely_as_another(page: Page):
    for random in (1, 0.5):
        seen = client(page, f"""
            hasten();
            Math.random = () => {random};
            for (let cut = 0; cut < 9; cut += 1) {{ sockets.at(-1).end(1006); await pause(10); }}""")
        assert seen["waits"] == [random * wait for wait in (
            250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000)]


def test_only_a_subscription_that_works_resets_the_wait(page: Page):
    seen = client(page, """
        hasten();
        Math.random = () => 1;
        for (let cut = 0; cut < 3; cut += 1) { sockets.at(-1).end(1006); await pause(10); }
        sockets.at(-1).hear({ type: "hello", connectionId: "con_1" });
        await pause(10);
        sockets.at(-1).hear({ type: "auth", status: "success" });
        sockets.at(-1).end(1013);
        await pause(10);
        (await open()).end(1006);
        await pause(10);""")
    assert seen["waits"] == [250, 500, 1000, 2000, 250]


def test_who_was_too_slow_comes_back_within_a_moment_and_with_positions(page: Page):
    seen = client(page, """
        const socket = await open();
        socket.hear(entry(6));
        hasten();
        Math.random = () => 1;
        socket.end(4409);
        await open();""")
    assert seen["waits"] == [250]
    assert [said["positions"] for said in seen["said"] if said["type"] == "subscribe"] == [{"a": 5}, {"a": 6}]


@pytest.mark.parametrize("advice, wait", [(400, 400), (10**9, 60_000), (-5, 0), ("soon", 0)])
def test_the_advised_time_is_kept_within_reason(page: Page, advice: Any, wait: int):
    seen = client(page, """
        const socket = await open();
        hasten();
        socket.hear({ type: "reconnect", afterMs: ADVICE });
        socket.end(1012);
        await pause(20);""".replace("ADVICE", repr(advice)))
    assert seen["waits"] == [wait]


def test_a_bank_that_is_away_when_the_token_expires_does_not_cut_the_connection(page: Page):
    seen = client(page, """
        const socket = await open();
        hasten();
        answers.push(() => { throw new Error("the bank is away"); });
        socket.hear({ type: "token.expiring" });
        await pause(40);
        socket.hear({ type: "auth", status: "success" });
        if (client.state !== "live") throw new Error(client.state);""")
    assert seen["tokens"] == [False, True, True]
    assert seen["waits"] == [5_000]
    assert seen["sockets"] == 1


def test_4401_before_a_fresh_token_was_tried_is_no_log_out(page: Page):
    seen = client(page, """
        const socket = await open();
        answers.push(() => { throw new Error("the bank is away"); });
        socket.hear({ type: "token.expiring" });
        await pause(10);
        socket.end(4401);
        await open();""")
    assert seen["tokens"] == [False, True, True]
    assert seen["states"][-2:] == ["live", "stopped"]


def test_an_error_that_means_logged_out_ends_it(page: Page):
    seen = client(page, """
        answers.push(() => { throw new Error("logged out"); });
        await pause(20);
        sockets[0].hear({ type: "hello", connectionId: "con_1" });
        await pause(20);""")
    assert seen["states"][-2:] == ["stopped", "loggedout"]
    assert seen["sockets"] == 1


def test_a_subscription_that_could_not_be_served_is_tried_again(page: Page):
    seen = client(page, """
        await pause(20);
        sockets[0].hear({ type: "hello", connectionId: "con_1" });
        await pause(5);
        sockets[0].hear({ type: "auth", status: "success" });
        sockets[0].hear({ type: "error", id: said.at(-1).id, code: "unavailable", detail: "Try again later." });
        await open();
        if (client.state !== "live") throw new Error(client.state);""")
    assert seen["sockets"] == 2


def test_an_account_opened_later_is_told_from_its_first_entry(page: Page):
    seen = client(page, """
        const socket = await open();
        socket.hear({ type: "subscribed", id: "1", accounts: [{ accountId: "b", seq: 2, recovered: true }] });
        socket.hear({ type: "transaction", accountId: "b", seq: 1 });
        socket.hear({ type: "transaction", accountId: "b", seq: 2 });
        socket.hear(entry(6));""")
    assert seen["told"] == [1, 2, 6]


def test_how_long_the_server_was_silent_is_known(page: Page):
    client(page, """
        if (client.silence !== null) throw new Error("nothing was heard yet");
        const socket = await open();
        await pause(200);
        if (client.silence < 190 || client.silence > 2000) throw new Error(client.silence);
        socket.hear(entry(6));
        if (client.silence > 100) throw new Error(client.silence);
        socket.end(1006);
        await pause(120);
        if (client.silence < 110) throw new Error(client.silence);""")


def test_silence_is_asked_for_a_sign_of_life_and_more_silence_is_a_dead_connection(page: Page):
    seen = client(page, """
        const socket = await open();
        const pings = () => said.filter(({ type }) => type === "ping").length;
        const wait = async (milliseconds) => { ahead += milliseconds; await pause(1_300); };
        socket.hear({ type: "pong" });
        await wait(15_000);
        if (pings() !== 1) throw new Error("It was asked too soon.");
        await wait(6_000);
        if (pings() !== 2) throw new Error("It was not asked.");
        socket.hear({ type: "pong" });
        await wait(15_000);
        if (client.state !== "live") throw new Error("It had answered.");
        await wait(6_000);
        await wait(10_000);
        if (sockets.length !== 2) throw new Error("It was not taken for dead.");""")
    assert seen["sockets"] == 2


def test_a_server_that_says_nothing_at_first_is_given_up(page: Page):
    seen = client(page, """
        await pause(20);
        ahead = 8_000;
        await pause(1_300);
        if (sockets.length !== 1) throw new Error("It was given up too soon.");
        ahead = 20_000;
        await pause(1_300);
        await open();
        if (client.state !== "live") throw new Error(client.state);""")
    assert seen["sockets"] == 2
