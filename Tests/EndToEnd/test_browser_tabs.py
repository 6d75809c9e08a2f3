"""Several tabs of one browser: one socket for all of them, and each of them is told everything once."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from support.bank import Client, Customer, Pool, staff
from support.dashboard import Dashboard, Opener, email
from support.processes import Teller
from support.wire import wait_until

SECOND = 1_000


class Payer(threading.Thread):
    """Sends a cent again and again, about twenty times a second."""

    def __init__(self, payer: Customer, number: str):
        super().__init__(daemon=True)
        self.payer, self.number = payer, number
        self.paid = 0
        self.done = threading.Event()

    def __enter__(self) -> "Payer":
        self.start()
        self.pay(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()

    def run(self) -> None:
        while not self.done.wait(0.05):
            assert self.payer.transfer(self.number, 1).status_code == 201
            self.paid += 1

    def pay(self, more: int) -> None:
        """Waits until so many more have been paid."""
        wanted = self.paid + more
        wait_until(lambda: self.paid >= wanted, 30)


class Ben:
    """A customer whose dashboard is open in tabs, and what the bank knows of it."""

    def __init__(self, teller: Teller, grace: Customer, first: Dashboard):
        self.teller, self.grace, self.first = teller, grace, first
        bearers: list[str] = []
        first.page.on("request", lambda request: bearers.append(request.headers.get("authorization", "")))
        first.sign_up("Ben Carter", email("ben"))
        token = next(bearer for bearer in bearers if bearer).removeprefix("Bearer ")
        self.bank, self.wire = Client(teller.core.url, token), Client(teller.wire.url, token)
        self.id = self.bank.get("/auth/me").json()["id"]

    def tab(self) -> Dashboard:
        return self.first.tab().wait_until_live()

    def connections(self) -> list[str]:
        listed = self.grace.wire.get("/websocket/connections").json()["data"]
        return [one["connectionId"] for one in listed if one["customerId"] == self.id]

    def history(self) -> list[dict]:
        """The account's entries, oldest first."""
        return Customer(self.teller, self.id, {"id": self.account}, self.bank.token).entries()

    @property
    def account(self) -> str:
        return self.first.part("account").first.get_attribute("data-account-id")

    def assert_told_once(self, *tabs: Dashboard) -> None:
        """Each tab has been told every entry since it opened, once and in order, and lists them all."""
        history = self.history()
        newest = [entry["id"] for entry in reversed(history)]
        for tab in tabs:
            wait_until(lambda: tab.page.evaluate("1") and tab.told()[-1] == len(history),
                       message=lambda: f"told {tab.told()[-3:]} of {len(history)}")
            told = tab.told()
            assert told == list(range(told[0], len(history) + 1))
            expect(tab.part("transaction").first).to_have_attribute("data-transaction-id", newest[0])
            listed = tab.transaction_ids()
            assert listed == newest[:len(listed)] and len(listed) >= len(told)


@pytest.fixture(scope="module")
def grace(teller: Teller) -> Customer:
    """Who sees all connections."""
    return staff(teller)


@pytest.fixture
def ben(dashboard: Opener, teller: Teller, grace: Customer) -> Ben:
    return Ben(teller, grace, dashboard())


def test_the_tabs_of_a_browser_share_one_connection(ben: Ben, pool: Pool):
    tabs = [ben.first, ben.tab(), ben.tab()]
    assert len(ben.connections()) == 1
    assert pool.take().transfer(ben.first.number, 1234).status_code == 201
    for tab in tabs:
        expect(tab.part("balance")).to_have_text("$5,012.34", timeout=SECOND)
        expect(tab.part("transaction").first).to_contain_text("+$12.34")
        assert tab.told() == [2]
    assert len(ben.connections()) == 1


def test_what_a_tab_without_the_socket_shows_and_tells_is_written_down(ben: Ben, pool: Pool):
    second = ben.tab()
    reply = pool.take().transfer(ben.first.number, 100)
    expect(second.part("balance")).to_have_text("$5,001.00")
    records = {"requestId": reply.json()["requestId"], "kind": "push.acknowledged"}
    wait_until(lambda: ben.wire.get("/websocket/interactions", params=records).json()["data"])
    second.part("interaction-text").fill("Pressed it in the second tab")
    second.part("interaction-submit").click()
    expect(second.part("message")).to_contain_text("Interaction stored in the log.")
    [connection] = ben.connections()
    stored = ben.wire.get("/websocket/interactions", params={"kind": "event.interaction"}).json()["data"]
    assert [(one["connectionId"], one["data"]["text"]) for one in stored] == \
        [(connection, "Pressed it in the second tab")]


def test_a_tab_that_opens_while_money_moves_lacks_nothing(ben: Ben, pool: Pool):
    with Payer(pool.take(), ben.first.number) as payer:
        tabs = [ben.tab() for _ in range(3)]
        payer.pay(10)
    ben.assert_told_once(ben.first, *tabs)
    assert len(ben.connections()) == 1


def test_closing_the_tab_with_the_socket_costs_the_others_nothing(ben: Ben, pool: Pool):
    tabs = [ben.tab(), ben.tab()]
    before = ben.connections()
    number = ben.first.number
    with Payer(pool.take(), number) as payer:
        ben.first.page.close()
        payer.pay(20)
        ben.first = tabs[0]
        after = ben.connections()
    assert len(after) == 1 and after != before
    ben.assert_told_once(*tabs)
    assert [tab.told()[0] for tab in tabs] == [2, 2]


def test_reloading_the_tab_with_the_socket_costs_nothing_either(ben: Ben, pool: Pool):
    second = ben.tab()
    with Payer(pool.take(), ben.first.number) as payer:
        for _ in range(3):
            ben.first.page.reload()
            ben.first.wait_until_live()
            payer.pay(5)
    ben.assert_told_once(ben.first, second)
    assert second.told()[0] == 2
    assert len(ben.connections()) == 1


def test_a_crash_of_the_tab_with_the_socket_costs_the_others_nothing(ben: Ben, pool: Pool):
    second = ben.tab()
    before = ben.connections()
    crashed = []
    ben.first.page.on("crash", lambda page: crashed.append(page))
    with Payer(pool.take(), ben.first.number) as payer:
        with pytest.raises(Error, match="crash"):
            ben.first.page.goto("chrome://crash", timeout=5 * SECOND)
        payer.pay(20)
        ben.first = second
        wait_until(lambda: second.page.evaluate("1") and len(ben.connections()) == 1)
        after = ben.connections()
    assert crashed and after != before
    ben.assert_told_once(second)
    assert second.told()[0] == 2


def test_a_tab_with_the_socket_that_stands_still_is_replaced_and_catches_up(ben: Ben, pool: Pool):
    second = ben.tab()
    before = ben.connections()
    devtools = ben.first.context.new_cdp_session(ben.first.page)
    with Payer(pool.take(), ben.first.number) as payer:
        devtools.send("Debugger.enable")
        devtools.send("Debugger.pause")
        paid = payer.paid
        wait_until(lambda: second.page.evaluate("1") and len(ben.connections()) == 2, 15)
        wait_until(lambda: len(second.told()) > paid, 15)
        devtools.send("Debugger.resume")
        devtools.send("Debugger.disable")
        payer.pay(10)
        wait_until(lambda: second.page.evaluate("1") and len(ben.connections()) == 1)
    ben.assert_told_once(ben.first, second)
    assert ben.first.told()[0] == second.told()[0] == 2
    assert len(ben.connections()) == 1 and ben.connections() != before


def test_a_wire_that_is_killed_comes_back_on_one_connection(dashboard: Opener, tellers, tmp_path: Path):
    teller = tellers.start()
    ben = Ben(teller, staff(teller), dashboard(teller))
    second = ben.tab()
    with Payer(Pool(teller, tmp_path).take(), ben.first.number) as payer:
        for _ in range(2):
            teller.wire.kill()
            for tab in (ben.first, second):
                expect(tab.part("connection-state")).not_to_have_text("Connected", timeout=5 * SECOND)
                expect(tab.part("freshness")).to_contain_text("The wire is down", timeout=5 * SECOND)
            payer.pay(10)
            teller.wire.start()
            for tab in (ben.first, second):
                tab.wait_until_live()
                expect(tab.part("freshness")).to_contain_text("Every figure here is pushed")
            payer.pay(5)
    ben.assert_told_once(ben.first, second)
    assert ben.first.told()[0] == second.told()[0] == 2
    assert len(ben.connections()) == 1
    ben.first.complaints.clear()  # Chromium writes that the socket could not be opened


def test_logging_out_in_one_tab_ends_all(ben: Ben):
    tabs = [ben.first, ben.tab(), ben.tab()]
    assert len(ben.connections()) == 1
    tabs[1].part("logout").click()
    for tab in tabs:
        expect(tab.part("login-email")).to_be_visible(timeout=6 * SECOND)
        expect(tab.part("account")).to_have_count(0)
    wait_until(lambda: ben.first.page.evaluate("1") and ben.connections() == [])


def test_two_browsers_of_different_customers_share_nothing(
        ben: Ben, dashboard: Opener, teller: Teller, grace: Customer, pool: Pool):
    ada = Ben(teller, grace, dashboard())
    pool.take().transfer(ben.first.number, 100)
    expect(ben.first.part("balance")).to_have_text("$5,001.00")
    assert ben.first.told() == [2]
    assert ada.first.page.evaluate("window.told") == []
    assert len(ben.connections()) == len(ada.connections()) == 1


def test_another_customer_who_logs_in_ends_the_tabs_of_the_first(
        dashboard: Opener, teller: Teller, grace: Customer, pool: Pool):
    ada = dashboard()
    other = ada.tab()
    ben = Ben(teller, grace, other)
    ada.sign_up("Ada Lovelace", email("ada"))
    expect(other.part("login-email")).to_be_visible(timeout=6 * SECOND)
    expect(other.part("account")).to_have_count(0)
    wait_until(lambda: other.page.evaluate("1") and ben.connections() == [])
    pool.take().transfer(ada.number, 100)
    expect(ada.part("balance")).to_have_text("$5,001.00")
    assert other.page.evaluate("window.told") == []
    ada.page.reload()
    ada.wait_until_live()
