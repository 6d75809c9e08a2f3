"""The rules of the HTTP contract for input that is wrong, over the wire."""

import http.client
import json
from typing import Any

import pytest

from support.bank import Client, Customer, assert_problem, at_once, key, sign_up
from support.processes import Teller


def order(ada: Customer, ben: Customer, **changes: Any) -> dict:
    body = {"type": "transfer", "from": ada.account["id"], "to": ben.account["number"],
            "amount": 100, "currency": "USD", **changes}
    return {name: value for name, value in body.items() if value is not ...}


def post_raw(ada: Customer, text: str | bytes, content_type: str | None = "application/json"):
    headers = {"Idempotency-Key": key()} | ({"Content-Type": content_type} if content_type else {})
    data = text.encode() if isinstance(text, str) else text
    return ada.ask("POST", "/transactions", data=data, headers=headers)


WRONG_AMOUNTS = ["0", "-1", "-0", "9007199254740992", "9223372036854775807", "9223372036854775808",
                 "1e400", "1e2", "1.0", "1.5", '"10"', "true", "null", "[]", "{}", '"١٢"',
                 "1" * 400]


@pytest.mark.parametrize("amount", WRONG_AMOUNTS)
def test_an_amount_that_is_no_positive_integer_is_refused_with_a_pointer(
        ada: Customer, ben: Customer, amount: str):
    text = json.dumps(order(ada, ben)).replace("100", amount)
    assert_problem(post_raw(ada, text), 400, "validation_failed", pointer="/amount")
    assert ada.balance() == 500_000


@pytest.mark.parametrize("text", [
    "", "{", "nonsense", "NaN", '{"amount": NaN}', '{"amount": 01}', '{"a":1} trailing',
    '{"amount": 1,}', "[" * 100_00, '"\\ud800"', '{"description": "\\u0000"}',
], ids=lambda text: text[:20])
def test_a_body_that_is_no_json_object_is_refused(ada: Customer, text: str):
    assert_problem(post_raw(ada, text), 400, "validation_failed")


def test_bytes_that_are_no_utf8_are_refused(ada: Customer):
    assert_problem(post_raw(ada, b'{"description": "\xff\xfe"}'), 400, "validation_failed")


def test_a_key_that_stands_twice_in_the_json_is_refused(ada: Customer, ben: Customer):
    text = json.dumps(order(ada, ben)).replace('"amount": 100', '"amount": 100, "amount": 1')
    assert_problem(post_raw(ada, text), 400, "validation_failed")


def test_a35_every_fault_of_a_body_is_reported_at_once(ada: Customer, ben: Customer):
    body = order(ada, ben, amount=-1, currency="dollars", surprise=1, to=...)
    reply = ada.post("/transactions", body, headers={"Idempotency-Key": key()})
    problem = assert_problem(reply, 400, "validation_failed")
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"/amount", "/currency", "/surprise", "/to"} <= pointers


@pytest.mark.parametrize("field, value, fault", [
    ("surprise", 1, "unknown_field"), ("balance", 10**9, "unknown_field"),
    ("currency", "usd", None), ("currency", "XXXX", None), ("type", 7, None),
    ("description", "x" * 501, "too_long"), ("externalReference", "x" * 101, "too_long"),
    ("metadata", {"deep": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, None),
    ("metadata", {"large": "x" * 5000}, None), ("from", {"$ne": None}, None),
])
def test_a35_a_field_that_breaks_its_rule_is_named(
        ada: Customer, ben: Customer, field: str, value: Any, fault: str | None):
    reply = ada.post("/transactions", order(ada, ben, **{field: value}),
                     headers={"Idempotency-Key": key()})
    assert_problem(reply, 400, "validation_failed", pointer=f"/{field}", fault=fault)


def test_a_body_that_is_too_large_is_refused(ada: Customer):
    text = json.dumps({"description": "x" * 70_000})
    assert_problem(post_raw(ada, text), 413, "body_too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_another_content_type_is_refused(ada: Customer, ben: Customer, content_type: str | None):
    reply = post_raw(ada, json.dumps(order(ada, ben)), content_type)
    assert_problem(reply, 415, "unsupported_media_type")


def test_an_unknown_path_is_not_found(ada: Customer):
    assert_problem(ada.get("/nowhere"), 404, "not_found")


def test_a_method_that_a_path_does_not_have_is_not_allowed(ada: Customer):
    reply = ada.ask("DELETE", "/transactions")
    assert_problem(reply, 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/accounts?surprise=1", "/accounts?limit=0", "/accounts?limit=201",
                                  "/accounts?limit=x", "/accounts?cursor=nonsense"])
def test_a_query_that_is_unknown_or_wrong_is_refused(ada: Customer, path: str):
    assert_problem(ada.get(path), 400, "validation_failed")


def test_without_a_token_there_is_no_entry(teller: Teller):
    assert_problem(Client(teller.core.url).get("/accounts"), 401, "unauthenticated")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "Bearer", "x" * 5000])
def test_a_token_that_is_none_is_refused(teller: Teller, token: str):
    assert_problem(Client(teller.core.url, token).get("/accounts"), 401, "unauthenticated")


def test_what_belongs_to_others_looks_as_if_it_did_not_exist(ada: Customer, ben: Customer):
    unknown = "acc_" + "0" * 26
    for account in (ben.account["id"], unknown):
        for path in (f"/accounts/{account}", f"/accounts/{account}/balance",
                     f"/accounts/{account}/transactions"):
            assert_problem(ada.get(path), 404, "not_found")
    for payer in (ben.account["id"], unknown):
        reply = ada.post("/transactions", order(ada, ben, **{"from": payer}),
                         headers={"Idempotency-Key": key()})
        assert_problem(reply, 404, "not_found")


def test_refusals_of_the_ledger_have_their_status_and_code(
        teller: Teller, ada: Customer, ben: Customer):
    own = ada.account
    assert_problem(ada.transfer(ben.account["number"], 500_001), 409, "insufficient_funds")
    assert_problem(ada.transfer(own["number"], 1), 422, "same_account")
    assert_problem(ada.transfer("acc_" + "0" * 26, 1), 422, "account_not_found")
    assert_problem(ada.transfer(ben.account["number"], 1, currency="EUR"), 422, "currency_mismatch")
    assert ada.balance() == 500_000


def test_an_email_is_taken_once_however_it_is_written(teller: Teller):
    first = sign_up(teller, email="Zoe.Twice@Example.com")
    for again in (first.email, first.email.upper(), "zoe.twice@example.com"):
        body = {"name": "Somebody", "email": again, "password": "correct horse battery staple"}
        assert_problem(Client(teller.core.url).post("/auth/signup", body), 409, "email_taken")


def test_a_wrong_password_and_an_unknown_email_look_the_same(teller: Teller):
    ada = sign_up(teller)
    anyone = Client(teller.core.url)
    wrong = anyone.post("/auth/login", {"email": ada.email, "password": "not the password"})
    unknown = anyone.post("/auth/login", {"email": "nobody@example.com", "password": "not the password"})
    bodies = [assert_problem(reply, 401, "invalid_credentials") for reply in (wrong, unknown)]
    for body in bodies:
        body.pop("requestId"), body.pop("instance", None)
    assert bodies[0] == bodies[1]


def test_a_request_id_is_taken_or_made_and_stands_on_every_reply(ada: Customer):
    chosen = ada.get("/accounts", headers={"X-Request-ID": "my-own.id_1"})
    assert chosen.headers["X-Request-ID"] == "my-own.id_1"
    for unfit in ("x" * 65, "with space", "<script>"):
        made = ada.get("/accounts", headers={"X-Request-ID": unfit})
        assert made.headers["X-Request-ID"].startswith("req_")


def test_two_idempotency_keys_in_one_request_are_refused(ada: Customer, ben: Customer):
    body = json.dumps(order(ada, ben)).encode()
    connection = http.client.HTTPConnection("127.0.0.1", ada.teller.bank_port, timeout=10)
    connection.putrequest("POST", "/api/v1/transactions")
    for name, value in [("Authorization", f"Bearer {ada.token}"), ("Idempotency-Key", "one"),
                        ("Idempotency-Key", "two"), ("Content-Type", "application/json"),
                        ("Content-Length", str(len(body)))]:
        connection.putheader(name, value)
    connection.endheaders(body)
    reply = connection.getresponse()
    problem = json.loads(reply.read())
    assert (reply.status, problem["requestId"]) == (400, reply.headers["X-Request-ID"])
    assert ada.balance() == 500_000


def test_too_many_requests_are_told_to_wait(tellers):
    teller = tellers.start(RATE_LIMIT_ENABLED="true", RATE_LIMIT_ANONYMOUS="5")
    anyone = Client(teller.core.url)
    body = {"email": "nobody@example.com", "password": "not the password"}
    replies = [anyone.post("/auth/login", body) for _ in range(8)]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert refused, [reply.status_code for reply in replies]
    problem = assert_problem(refused[0], 429, "rate_limited")
    assert problem["retryable"] and int(refused[0].headers["Retry-After"]) >= 1
    assert "RateLimit" in refused[0].headers and "RateLimit-Policy" in refused[0].headers


def test_a_hundred_wrong_bodies_at_once_leave_the_bank_standing(ada: Customer, ben: Customer):
    texts = ["{" * 5000, "[1e400]", json.dumps(order(ada, ben, amount=2**63)), "null", '"' + "x" * 60_000]
    replies = at_once(100, lambda index: post_raw(ada, texts[index % len(texts)]))
    assert {reply.status_code for reply in replies} == {400}
    assert ada.transfer(ben.account["number"], 1).status_code == 201
