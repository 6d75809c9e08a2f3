"""Sessions that end elsewhere, and accounts that do, while the wire is open."""

import time
from typing import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from support import wire
from support.bank import PASSWORD, Client, Customer, sign_up, staff
from support.people import log_in
from support.processes import Teller

#: Contract: a session that is ended is off the wire after so many seconds.
SECONDS_UNTIL_CLOSED = 5


@pytest.fixture(scope="module")
def admin(teller: Teller) -> Customer:
    return staff(teller)


def log_out(ada: Customer, admin: Customer) -> None:
    assert ada.post("/auth/logout").status_code == 204


def end_from_another_session(ada: Customer, admin: Customer) -> None:
    mine = ada.get("/auth/sessions").json()["data"]
    other = Client(ada.teller.core.url, log_in(ada.teller, ada.email)["accessToken"])
    for session in mine:
        assert other.ask("DELETE", f"/auth/sessions/{session['id']}").status_code == 204


def change_password_elsewhere(ada: Customer, admin: Customer) -> None:
    other = Client(ada.teller.core.url, log_in(ada.teller, ada.email)["accessToken"])
    reply = other.post("/auth/password", {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"})
    assert reply.status_code == 204, reply.text


def change_role(ada: Customer, admin: Customer) -> None:
    reply = admin.ask("PUT", f"/customers/{ada.id}/role", body={"role": "teller"})
    assert reply.status_code == 200, reply.text


def close_customer(ada: Customer, admin: Customer) -> None:
    back = ada.post("/transactions", {
        "type": "withdrawal", "from": ada.account["id"], "amount": ada.balance(),
        "currency": ada.account["currency"]}, headers={"Idempotency-Key": ada.id})
    assert back.status_code == 201, back.text
    assert admin.ask("DELETE", f"/customers/{ada.id}").status_code in (200, 204)


def use_an_old_refresh_token(ada: Customer, admin: Customer) -> None:
    anyone, tokens = Client(ada.teller.core.url), [ada.refresh]
    for _ in range(2):
        pair = anyone.post("/auth/refresh", {"refreshToken": tokens[-1]})
        tokens.append(pair.json()["refreshToken"])
    assert anyone.post("/auth/refresh", {"refreshToken": tokens[0]}).status_code == 401


@pytest.mark.parametrize("end, reason, code", [
    (log_out, "logout", "revoked_session"),
    (end_from_another_session, "ended", "revoked_session"),
    (use_an_old_refresh_token, "refresh_reused", "revoked_session"),
    (change_password_elsewhere, "password_changed", "revoked_session"),
    (change_role, "role_changed", "revoked_session"),
    (close_customer, "customer_closed", "customer_closed"),
])
def test_a7_a_session_that_ends_says_why_and_is_off_the_wire_within_5_seconds(
        teller: Teller, admin: Customer, end: Callable[[Customer, Customer], None], reason: str,
        code: str):
    ada = sign_up(teller)
    session = log_in(teller, ada.email)
    ada.token, ada.refresh = session["accessToken"], session["refreshToken"]
    with wire.live(teller, ada.token) as connection:
        end(ada, admin)
        began, heard = time.monotonic(), []
        with pytest.raises(ConnectionClosed):
            while time.monotonic() < began + SECONDS_UNTIL_CLOSED:
                heard.append(wire.hear(connection, SECONDS_UNTIL_CLOSED))
        assert time.monotonic() < began + SECONDS_UNTIL_CLOSED
        assert (connection.close_code, connection.close_reason) == (4401, code)
        last = heard[-1]
        assert (last["type"], last["kind"]) == ("notification", "session.revoked")
        assert last["data"]["reason"] == reason
        assert last["data"]["sessionId"].startswith("ses_")
    with wire.open_socket(teller) as again:
        wire.say(again, type="auth", token=ada.token)
        assert wire.hear(again) == {"type": "auth", "status": "error", "code": code}
        assert wire.close_code(again) == 4401


def test_the_session_that_changed_the_password_stays_on_the_wire(teller: Teller):
    ada = sign_up(teller)
    with wire.live(teller, ada.token) as connection:
        reply = ada.post("/auth/password", {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"})
        assert reply.status_code == 204, reply.text
        time.sleep(3)
        wire.say(connection, type="ping")
        assert wire.hear_type(connection, "pong")


def test_who_is_no_longer_staff_cannot_go_on_with_a_newer_token(teller: Teller, admin: Customer):
    grace = staff(teller, "teller")
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, grace.token)
        wire.subscribe(connection, "ledger")
        reply = admin.ask("PUT", f"/customers/{grace.id}/role", body={"role": "customer"})
        assert reply.status_code == 200, reply.text
        token = log_in(teller, grace.email)["accessToken"]
        try:
            # Not allowed, if it comes before this process knows that the former session ended.
            wire.say(connection, type="auth", token=token)
            assert wire.close_code(connection) in (4403, 4401)
        except ConnectionClosed:
            assert connection.close_code == 4401
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, token)
        wire.say(connection, type="subscribe", id="9", accounts="ledger")
        assert wire.hear(connection)["code"] == "not_allowed"


def test_another_customers_token_on_a_live_wire_is_closed_4403(teller: Teller, ada: Customer, ben: Customer):
    with wire.live(teller, ada.token) as connection:
        wire.say(connection, type="auth", token=ben.token)
        assert wire.hear_type(connection, "auth") == {
            "type": "auth", "status": "error", "code": "not_allowed"}
        assert wire.close_code(connection) == 4403


def accounts_followed(admin: Customer, who: Customer) -> list[int]:
    """By each of somebody's connections."""
    reply = admin.wire.get("/websocket/connections", params={"customerId": who.id})
    return [one["accounts"] for one in reply.json()["data"]]


def test_a13_a_frozen_account_is_told_and_stays_a_closed_one_leaves(teller: Teller, admin: Customer):
    ada = sign_up(teller)
    second = ada.post("/accounts", {"type": "saving"}).json()
    with wire.live(teller, ada.token) as own, wire.live(teller, admin.token,
                                                        accounts=[second["id"]]) as watching:
        def told(status: str) -> None:
            for connection in (own, watching):
                notice = wire.hear_type(connection, "notification")
                assert notice["kind"] == "account.status"
                assert notice["data"]["accountId"] == second["id"]
                assert notice["data"]["status"] == status

        for status in ("frozen", "active"):
            reply = admin.ask("PUT", f"/accounts/{second['id']}/status",
                              body={"status": status, "reason": "a question"})
            assert reply.status_code == 200, reply.text
            told(status)
        assert ada.transfer(second["number"], 100).status_code == 201
        assert wire.hear_type(watching, "transaction")["seq"] == 1
        back = ada.post("/transactions", {
            "type": "transfer", "from": second["id"], "to": ada.account["number"], "amount": 100,
            "currency": second["currency"]}, headers={"Idempotency-Key": second["id"]})
        assert back.status_code == 201, back.text
        assert ada.ask("DELETE", f"/accounts/{second['id']}").status_code in (200, 204)
        told("closed")
        wire.wait_until(lambda: accounts_followed(admin, ada) == [1])
        wire.wait_until(lambda: accounts_followed(admin, admin) == [0])
    # Who was away hears the end of it all the same, and then it is gone.
    with wire.open_socket(teller) as connection:
        wire.authenticate(connection, ada.token)
        subscribed = wire.subscribe(connection, positions={second["id"]: 1})
        assert {one["accountId"] for one in subscribed["accounts"]} == {
            ada.account["id"], second["id"]}
        assert wire.hear_type(connection, "transaction")["seq"] == 2
