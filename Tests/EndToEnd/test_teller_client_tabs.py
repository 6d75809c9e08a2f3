"""Several TellerClients that share a socket, as the tabs of a browser do, against a wire made for the test."""

from playwright.sync_api import Page

from support.tabs import run


def test_tabs_share_one_socket_and_each_is_told_everything_once(page: Page):
    seen = run(page, """
        for (const one of [tab(), tab(), tab()]) await one.live();
        post(); post();
        sockets[0].hear({ type: "refusal", requestId: "r1" });
        await until(() => tabs.every((one) => one.told.length === 2 && one.heard.at(-1)[0] === "refusal"));""")
    assert seen["sockets"] == 1
    assert seen["told"] == [[6, 7]] * 3
    assert [message["type"] for message in seen["said"]] == ["auth", "subscribe", "ping"]


def test_when_the_leader_leaves_another_tab_takes_up_from_where_it_is(page: Page):
    seen = run(page, """
        const [first, second, third] = [tab(), tab(), tab()];
        for (const one of tabs) await one.live();
        post();
        await until(() => third.told.length === 1);
        first.client.stop();
        post(); post();
        await until(() => sockets.length === 2 && open()[0].isSubscribed);
        post();
        await until(() => third.told.length === 4);
        await pause(50);""")
    assert seen["told"] == [[6], [6, 7, 8, 9], [6, 7, 8, 9]]
    assert seen["sockets"] == 2


def test_what_the_leader_heard_but_could_no_longer_pass_on_is_told_by_the_next(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        const tell = BroadcastChannel.prototype.postMessage;
        BroadcastChannel.prototype.postMessage = () => {};
        post();
        BroadcastChannel.prototype.postMessage = tell;
        first.client.stop();
        await until(() => second.told.length === 1);""")
    assert seen["told"] == [[6], [6]]


def test_a_tab_that_opens_late_and_behind_is_given_what_it_lacks_on_the_same_socket(page: Page):
    seen = run(page, """
        await tab().live();
        post(); post(); post();
        const late = tab({ positions: { a: 6 } });
        await late.live();
        await until(() => late.told.length === 2);
        post();
        await until(() => late.told.length === 3);
        await pause(50);""")
    assert seen["told"] == [[6, 7, 8, 9], [7, 8, 9]]
    assert seen["sockets"] == 1
    assert [said["positions"] for said in seen["said"] if said["type"] == "subscribe"] == [{"a": 5}, {"a": 6}]


def test_a_tab_that_opens_ahead_of_the_socket_is_told_nothing_twice(page: Page):
    seen = run(page, """
        await tab().live();
        const ahead = tab({ positions: { a: 7 } });
        await ahead.live();
        post(); post(); post();
        await until(() => ahead.told.length === 1);""")
    assert seen["told"] == [[6, 7, 8], [8]]
    assert len([said for said in seen["said"] if said["type"] == "subscribe"]) == 1


def test_a_tab_without_positions_follows_from_now_on(page: Page):
    seen = run(page, """
        await tab().live();
        post();
        const late = tab({ positions: {} });
        await late.live();
        const tell = BroadcastChannel.prototype.postMessage;
        BroadcastChannel.prototype.postMessage = () => {};
        post();
        BroadcastChannel.prototype.postMessage = tell;
        post();
        await until(() => late.told.length === 2);""")
    assert seen["told"] == [[6, 7, 8], [7, 8]]


def test_what_several_tabs_lack_is_asked_for_once(page: Page):
    seen = run(page, """
        await tab().live();
        post(); post();
        const answer = sockets[0].answer;
        sockets[0].answer = (message) => setTimeout(() => answer.call(sockets[0], message), 500);
        const late = [tab({ positions: { a: 5 } }), tab({ positions: { a: 5 } }), tab({ positions: { a: 6 } })];
        await until(() => late.every((one) => one.told.at(-1) === 7));
        await pause(700);""")
    assert seen["told"] == [[6, 7], [6, 7], [6, 7], [7]]
    assert len([said for said in seen["said"] if said["type"] == "subscribe"]) == 2


def test_a_tab_that_missed_a_message_of_the_leader_is_given_it(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        await pause(200);
        const tell = BroadcastChannel.prototype.postMessage;
        BroadcastChannel.prototype.postMessage = () => {};
        post();
        BroadcastChannel.prototype.postMessage = tell;
        post();
        const began = performance.now();
        await until(() => second.told.length === 2);
        if (performance.now() - began > 2_500) throw new Error("It waited until it was asked.");""")
    assert seen["told"] == [[6, 7], [6, 7]]
    assert seen["sockets"] == 1


def test_a_tab_that_is_too_far_behind_is_told_so_and_the_others_go_on(page: Page):
    seen = run(page, """
        await tab().live();
        for (let count = 0; count < 200; count += 1) post();
        const late = tab({ positions: { a: 5 } });
        await until(() => late.heard.length > 0);
        post();
        await until(() => late.told.length === 1);
        await pause(50);""")
    assert seen["told"] == [list(range(6, 207)), [206]]
    assert [kind for kind, _ in seen["heard"][1]] == ["subscribed"]
    assert seen["heard"][1][0][1]["accounts"][0]["recovered"] is False


def test_a_cut_is_one_cut_for_all_tabs(page: Page):
    seen = run(page, """
        for (const one of [tab(), tab()]) await one.live();
        sockets[0].end(1006);
        post();
        await until(() => tabs.every((one) => one.client.state !== "live"));
        for (const one of tabs) await one.live();
        await until(() => tabs.every((one) => one.told.length === 1));""")
    assert seen["told"] == [[6], [6]]
    assert seen["sockets"] == 2


def test_what_a_leader_knew_from_elsewhere_is_still_told_to_the_others_after_a_cut(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        journal.a = 8;
        first.client.know("a", 8);
        sockets[0].end(1006);
        await until(() => second.told.length === 3);""")
    assert seen["told"] == [[], [6, 7, 8]]


def test_a_tab_logs_through_the_leader_and_only_it_hears_how_it_went(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        await second.client.log("interaction", { pressed: "send" }, "r1");
        const failed = await second.client.log("error", {}, "r2").catch((error) => error.message);
        if (failed !== "Not stored.") throw new Error(failed);""")
    assert [said["requestId"] for said in seen["said"] if said["type"].startswith("event.")] == ["r1", "r2"]
    assert [[kind for kind, _ in heard].count("problem") for heard in seen["heard"]] == [0, 1]


def test_what_a_tab_logs_is_refused_while_nothing_is_connected(page: Page):
    run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        const waiting = second.client.log("interaction", {}, "r1").catch((error) => error.message);
        sockets[0].answer = () => {};
        sockets[0].end(4403);
        if (await waiting !== "The connection was cut.") throw new Error(await waiting);""")


def test_acknowledgements_of_all_tabs_are_gathered_and_none_goes_twice(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        for (let seq = 6; seq < 20; seq += 1) second.client.acknowledge("a", seq);
        await until(() => said.some((message) => message.type === "ack"));
        second.client.acknowledge("a", 30);
        first.client.acknowledge("a", 25);
        await pause(2_300);
        first.client.acknowledge("a", 30);
        second.client.acknowledge("a", 28);
        await pause(1_200);""")
    acks = [message["positions"]["a"] for message in seen["said"] if message["type"] == "ack"]
    assert acks == sorted(set(acks)) and acks[-1] == 30 and len(acks) <= 4


def test_tabs_of_different_customers_share_nothing(page: Page):
    seen = run(page, """
        journal.b = 1;
        const mine = tab();
        const other = tab({ shared: "cus_2", token: async () => "cus_2", positions: { b: 1 }, accounts: ["b"] });
        for (const one of tabs) await one.live();
        sockets[0].entry("a", 6);
        sockets[0].hear({ type: "refusal", requestId: "r1" });
        sockets[1].entry("b", 2);
        await pause(100);""")
    assert seen["sockets"] == 2
    assert seen["told"] == [[6], [2]]
    assert [[kind for kind, _ in heard] for heard in seen["heard"]] == [["subscribed", "refusal"], ["subscribed"]]


def test_a_token_of_somebody_else_is_no_token(page: Page):
    seen = run(page, """
        const [first, second] = [tab({ token: async () => "cus_2" }), tab()];
        await second.live();
        post();
        await until(() => second.told.length === 1);""")
    assert seen["told"] == [[], [6]]
    assert [kind for kind, _ in seen["heard"][0]] == ["loggedout"]
    assert len([said for said in seen["said"] if said["type"] == "subscribe"]) == 1


def test_a_leader_that_gives_no_answer_is_replaced(page: Page):
    seen = run(page, """
        const name = "teller.wire ws://nowhere/ws cus_1 all";
        let stolen = false;
        navigator.locks.request(name, () => new Promise(() => {})).catch(() => { stolen = true; });
        await pause(20);
        await tab().live();
        if (!stolen) throw new Error("The lock is still held.");""")
    assert seen["sockets"] == 1


def test_a_leader_that_was_replaced_steps_down_and_misses_nothing(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        const name = "teller.wire ws://nowhere/ws cus_1 all";
        await navigator.locks.request(name, { steal: true }, async () => { post(); await pause(100); post(); });
        await until(() => sockets.length === 2 && open().length === 1);
        for (const one of tabs) await one.live();
        post();
        await until(() => tabs.every((one) => one.told.length === 3));
        await pause(50);""")
    assert seen["told"] == [[6, 7, 8]] * 2
    assert seen["sockets"] == 2


def test_a_leader_that_lost_its_lock_closes_its_socket_and_waits_for_the_lock(page: Page):
    seen = run(page, """
        await tab().live();
        const name = "teller.wire ws://nowhere/ws cus_1 all";
        await navigator.locks.request(name, { steal: true }, () => until(() => open().length === 0));
        post();
        await until(() => tabs[0].told.length === 1);""")
    assert seen["sockets"] == 2


def test_a_leader_that_hears_of_a_later_one_steps_down(page: Page):
    seen = run(page, """
        const first = tab();
        await first.live();
        const channel = new BroadcastChannel("teller.wire ws://nowhere/ws cus_1 all");
        channel.postMessage({ term: Date.now() + 1_000, told: { message: { type: "refusal" } } });
        channel.close();
        await until(() => sockets.length === 2);
        await first.live();
        if (open().length !== 1) throw new Error("Two sockets are open.");""")
    assert seen["sockets"] == 2


def test_what_a_leader_of_before_still_says_is_not_heard(page: Page):
    seen = run(page, """
        for (const one of [tab(), tab()]) await one.live();
        const channel = new BroadcastChannel("teller.wire ws://nowhere/ws cus_1 all");
        channel.postMessage({ term: Date.now() - 60_000, told: { message: { type: "refusal" } } });
        await pause(100);
        channel.close();""")
    assert [[kind for kind, _ in heard].count("refusal") for heard in seen["heard"]] == [0, 0]
    assert seen["sockets"] == 1


def test_a_close_for_good_ends_every_tab_and_start_tries_again(page: Page):
    seen = run(page, """
        const [first, second] = [tab(), tab()];
        for (const one of tabs) await one.live();
        sockets[0].end(4403);
        await until(() => sockets.length === 2 && open()[0].isSubscribed);
        sockets[1].end(4403);
        await until(() => tabs.every((one) => one.client.state === "refused"));
        await pause(300);
        if (sockets.length !== 2) throw new Error("It came back by itself.");
        second.client.start();
        await second.live();""")
    assert seen["sockets"] == 3


def test_without_locks_each_tab_has_a_socket_of_its_own(page: Page):
    seen = run(page, """
        Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
        for (const one of [tab(), tab()]) await one.live();
        delete navigator.locks;
        post();""")
    assert seen["sockets"] == 2
    assert seen["told"] == [[6], [6]]


def test_a_page_that_is_kept_for_going_back_leaves_the_lead_and_comes_back(page: Page):
    seen = run(page, """
        const first = tab();
        await first.live();
        dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        await until(() => open().length === 0);
        post();
        dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        await until(() => first.told.length === 1);""")
    assert seen["sockets"] == 2
