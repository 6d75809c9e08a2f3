"""Rows of the feature table: who the customers are, how they come in and leave."""

import os
import secrets
import time

import pytest

from support import wire
from support.bank import PASSWORD, Client, Customer, assert_problem, at_once, sign_up, staff
from support.money import give_all_back
from support.people import SECONDS_UNTIL_REFUSED, log_in, phone, refused_within
from support.processes import Teller


def test_a1_a_second_signup_names_the_field_that_is_taken(teller: Teller):
    anyone, own = Client(teller.core.url), secrets.token_hex(4)
    body = {"name": "Ada", "email": f"É.{own}@example.com", "password": PASSWORD,
            "phone": phone(), "nationalIdType": "Passport", "nationalId": f"ab-{own}",
            "gender": "female", "dateOfBirth": "1990-12-10"}
    made = anyone.post("/auth/signup", body)
    assert made.status_code == 201, made.text
    customer = made.json()["customer"]
    assert customer["phone"] == body["phone"]
    assert customer["nationalId"] == f"AB{own}".upper()
    assert "password" not in made.text.lower()
    other = {"name": "Eve", "password": PASSWORD}
    spaced = f"{body['phone'][:4]} {body['phone'][4:]}"
    for fields, code in [
        ({"email": f"e\u0301.{own}@EXAMPLE.com"}, "email_taken"),
        ({"email": f"\u200bé.{own}@example.com"}, "email_taken"),
        ({"email": f"1.{own}@example.com", "phone": spaced}, "phone_taken"),
        ({"email": f"2.{own}@example.com", "nationalIdType": "PASSPORT",
          "nationalId": f"A\u200bB {own}"}, "national_id_taken"),
    ]:
        assert_problem(anyone.post("/auth/signup", other | fields), 409, code)


def test_a4_sessions_are_listed_and_ended_one_by_one(teller: Teller):
    here = sign_up(teller)
    there = Client(teller.core.url, log_in(teller, here.email)["accessToken"])
    sessions = here.get("/auth/sessions").json()["data"]
    assert [one["current"] for one in sessions] == [False, True]
    foreign = sign_up(teller)
    assert foreign.ask("DELETE", f"/auth/sessions/{sessions[0]['id']}").status_code == 404
    assert here.ask("DELETE", f"/auth/sessions/{sessions[0]['id']}").status_code == 204
    assert refused_within(there)
    assert here.get("/auth/me").status_code == 200
    assert len(here.get("/auth/sessions").json()["data"]) == 1


def test_a5_logging_out_ends_the_session(teller: Teller):
    ada = sign_up(teller)
    assert ada.get("/auth/me").json()["email"] == ada.email
    assert ada.post("/auth/logout").status_code == 204
    assert refused_within(ada)


def test_a7_the_token_of_a_closed_customer_is_refused(teller: Teller):
    ada = sign_up(teller)
    assert_problem(ada.ask("DELETE", f"/customers/{ada.id}"), 409, "balance_not_zero")
    give_all_back(ada)
    assert ada.ask("DELETE", f"/customers/{ada.id}").status_code == 204
    assert refused_within(ada)
    anyone = Client(teller.core.url)
    reply = anyone.post("/auth/login", {"email": ada.email, "password": PASSWORD})
    assert_problem(reply, 401, "invalid_credentials")
    again = sign_up(teller, email=ada.email)
    assert again.id != ada.id
    admin = staff(teller)
    closed = admin.get(f"/customers/{ada.id}").json()
    assert (closed["status"], closed["email"], closed["name"]) == ("closed", None, "Closed customer")
    teller.verify()


def test_a8_staff_list_find_and_change_customers(teller: Teller):
    ada, own = sign_up(teller), secrets.token_hex(4)
    admin, clerk = staff(teller), staff(teller, "teller")
    number = phone()
    name = f"Ada Wörd{own}"
    changed = ada.ask("PATCH", f"/customers/{ada.id}", body={"name": name, "phone": number})
    assert changed.status_code == 200, changed.text
    assert ada.get(f"/accounts/lookup?number={ada.account['number']}").json()["holderName"] == name
    for query in [{"email": ada.email.upper()}, {"phone": number},
                  {"accountNumber": ada.account["number"]}]:
        assert clerk.get("/customers/find", params=query).json()["id"] == ada.id
    assert_problem(clerk.get("/customers/find"), 400, "validation_failed")
    listed = clerk.get("/customers", params={"name": f"wörd{own}", "status": "active"}).json()
    assert [one["id"] for one in listed["data"]] == [ada.id]
    assert_problem(ada.get("/customers"), 403, "forbidden")
    other = sign_up(teller)
    assert_problem(other.get(f"/customers/{ada.id}"), 404, "not_found")
    assert_problem(other.ask("PATCH", f"/customers/{ada.id}", body={"name": "X"}), 404, "not_found")
    assert_problem(other.ask("PATCH", f"/customers/{other.id}", body={"phone": number}),
                   409, "phone_taken")
    assert_problem(clerk.ask("PATCH", f"/customers/{admin.id}", body={"name": "X"}),
                   403, "forbidden")
    assert_problem(clerk.ask("DELETE", f"/customers/{admin.id}"), 403, "forbidden")
    assert_problem(clerk.ask("PUT", f"/customers/{ada.id}/role", body={"role": "admin"}),
                   403, "forbidden")
    first = clerk.get("/customers", params={"limit": 2}).json()
    assert len(first["data"]) == 2 and first["hasMore"]
    second = clerk.get("/customers", params={"limit": 2, "cursor": first["nextCursor"]}).json()
    assert not {one["id"] for one in first["data"]} & {one["id"] for one in second["data"]}


def test_a8_a_change_of_role_ends_the_sessions(teller: Teller):
    ada, admin = sign_up(teller), staff(teller)
    changed = admin.ask("PUT", f"/customers/{ada.id}/role", body={"role": "teller"})
    assert (changed.status_code, changed.json()["role"]) == (200, "teller")
    assert refused_within(ada)
    promoted = Client(teller.core.url, log_in(teller, ada.email)["accessToken"])
    assert promoted.get("/customers").status_code == 200


def test_a8_of_100_closings_at_once_one_wins(teller: Teller):
    ada, admin = sign_up(teller), staff(teller)
    give_all_back(ada)
    replies = at_once(100, lambda _: admin.ask("DELETE", f"/customers/{ada.id}"))
    codes = sorted(reply.status_code for reply in replies)
    assert codes == [204] + [409] * 99
    teller.verify()


@pytest.mark.parametrize("path", [
    "/customers?name[$ne]=x", "/customers?email={\"$ne\":null}", "/customers/find?phone[$gt]=",
    "/customers/$where", "/customers?status=$ne", "/customers?name=%00", "/customers?role=admin"])
def test_injection_operators_in_paths_and_queries_find_nobody(teller: Teller, path: str):
    assert staff(teller).get(path).status_code in (400, 404)


@pytest.mark.parametrize("field", ["role", "status", "_id", "balance", "customerId", "$set",
                                   "emailKey", "passwordHash", "a.b"])
def test_injection_no_other_field_of_a_customer_can_be_set(teller: Teller, field: str):
    ada = sign_up(teller)
    reply = ada.ask("PATCH", f"/customers/{ada.id}", body={field: "admin"})
    assert_problem(reply, 400, "validation_failed", fault="unknown_field")
    for value in ({"$ne": None}, ["x"], 7):
        reply = ada.ask("PATCH", f"/customers/{ada.id}", body={"email": value})
        assert_problem(reply, 400, "validation_failed", pointer="/email")


def test_sessions_a_new_password_ends_the_others(teller: Teller):
    ada = sign_up(teller)
    other = log_in(teller, ada.email)
    there = Client(teller.core.url, other["accessToken"])
    body = {"currentPassword": PASSWORD, "newPassword": "quite another phrase"}
    wrong = ada.post("/auth/password", body | {"currentPassword": "wrong"})
    assert_problem(wrong, 401, "invalid_credentials")
    assert ada.post("/auth/password", body).status_code == 204
    assert refused_within(there)
    renewed = Client(teller.core.url).post("/auth/refresh", {"refreshToken": other["refreshToken"]})
    assert_problem(renewed, 401, "invalid_token")
    assert ada.get("/auth/me").status_code == 200
    log_in(teller, ada.email, "quite another phrase")


def test_a7_sockets_close_with_whatever_ends_their_session(teller: Teller):
    """Each way as often as REVOCATIONS says."""
    admin = staff(teller)

    def elsewhere(one: Customer) -> Customer:
        return Customer(teller, one.id, {}, log_in(teller, one.email)["accessToken"])

    def end_the_session(one: Customer):
        sessions = one.get("/auth/sessions").json()["data"]
        mine = next(session["id"] for session in sessions if session["current"])
        return elsewhere(one).ask("DELETE", f"/auth/sessions/{mine}")

    ways = {
        "logged out": lambda one: one.post("/auth/logout"),
        "ended elsewhere": end_the_session,
        "another password": lambda one: elsewhere(one).post(
            "/auth/password", {"currentPassword": PASSWORD, "newPassword": "quite another phrase"}),
        "another role": lambda one: admin.ask("PUT", f"/customers/{one.id}/role", body={"role": "teller"}),
        "closed": lambda one: admin.ask("DELETE", f"/customers/{one.id}"),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(int(os.environ.get("REVOCATIONS", "1"))):
        for name, change in ways.items():
            ada = sign_up(teller)
            give_all_back(ada)
            with wire.live(teller, ada.token) as connection:
                assert change(ada).status_code in (200, 204), name
                began = time.monotonic()
                assert wire.close_code(connection, timeout=SECONDS_UNTIL_REFUSED) == 4401, name
                took[name].append(time.monotonic() - began)
    worst = {name: round(max(seconds), 2) for name, seconds in took.items()}
    print(f"\nsockets closed at the latest after so many seconds: {worst}")
    assert max(worst.values()) < SECONDS_UNTIL_REFUSED
