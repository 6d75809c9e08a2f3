"""Passwords and codes are guessed: exact limits, no oracle, and the owner gets in."""

import secrets

from conftest import Tellers
from support.bank import PASSWORD, Client, assert_problem, at_once, sign_up
from support.people import (
    answer, ask_for_code, mailbox, other_than, set_two_factor, with_phone)


LIMITED = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_ANONYMOUS": "1000000",
           "RATE_LIMIT_CUSTOMER": "1000000"}


def test_guessing_parallel_passwords_are_counted_exactly_and_survive_a_kill(tellers: Tellers):
    teller = tellers.start(**LIMITED, RATE_LIMIT_LOGIN="5/15min")
    known, unknown = sign_up(teller).email, f"nobody.{secrets.token_hex(4)}@example.com"
    anyone = Client(teller.core.url)

    def guess(email: str, password: str = "a wrong password"):
        return anyone.post("/auth/login", {"email": email, "password": password})

    bodies = {}
    for email in (known, unknown):
        replies = [reply for reply in at_once(30, lambda _: guess(email), threads=10)
                   if reply.status_code != 503]
        wrong = [reply for reply in replies if reply.status_code == 401]
        assert len(wrong) == 5 and {one.status_code for one in replies} == {401, 429}
        bodies[email] = {name: wrong[0].json()[name] for name in ("code", "title", "detail", "type")}
    assert bodies[known] == bodies[unknown]
    teller.core.kill()
    teller.core.start()
    for email in (known, unknown.upper()):
        limited = guess(email, PASSWORD)
        assert_problem(limited, 429, "rate_limited")
        assert 0 < int(limited.headers["Retry-After"]) <= 900
    teller.bankctl("unlock", "--email", known.upper())
    assert guess(known, PASSWORD).status_code in (200, 429)


def test_guessing_one_address_has_five_times_as_many(tellers: Tellers):
    teller = tellers.start(**LIMITED, RATE_LIMIT_LOGIN="4/15min", TRUSTED_PROXIES="127.0.0.1")
    anyone = Client(teller.core.url)

    def guess(number: int, address: str):
        return anyone.post("/auth/login", {"email": f"{number}@example.com", "password": "x" * 9},
                           headers={"X-Forwarded-For": address}).status_code

    codes = [guess(number, "203.0.113.7") for number in range(24)]
    assert codes == [401] * 20 + [429] * 4
    others = [guess(99, f"198.51.100.{number}") for number in range(6)]
    assert others == [401] * 4 + [429] * 2


def test_guessing_a_known_device_gets_in_while_others_guess(tellers: Tellers):
    teller = tellers.start(**LIMITED, RATE_LIMIT_LOGIN="3/15min")
    ada = sign_up(teller)
    anyone = Client(teller.core.url)
    right = {"email": ada.email, "password": PASSWORD}
    device = anyone.post("/auth/login", right).cookies["teller_device"]
    for _ in range(3):
        Client(teller.core.url).post("/auth/login", right | {"password": "a guess"})
    assert_problem(Client(teller.core.url).post("/auth/login", right), 429, "rate_limited")
    known = Client(teller.core.url).post(
        "/auth/login", right, headers={"Cookie": f"teller_device={device}"})
    assert known.status_code == 200, known.text
    assert ada.get("/auth/me").status_code == 200


def test_guessing_a_thousand_codes_at_once_get_five_tries(tellers: Tellers):
    teller = tellers.start(**LIMITED)
    ada = with_phone(teller)
    set_two_factor(ada, "otp")
    challenge = ask_for_code(teller, ada.email)
    right = mailbox(teller, ada.phone)[0]["code"]
    wrong = other_than(right)
    replies = at_once(1_000, lambda _: answer(teller, challenge, wrong), threads=64)
    codes = [reply.json()["code"] for reply in replies if reply.status_code != 503]
    assert codes.count("invalid_code") == 5
    assert set(codes) == {"invalid_code", "challenge_expired"}
    assert_problem(answer(teller, challenge, right), 410, "challenge_expired")
    second = ask_for_code(teller, ada.email)
    code = mailbox(teller, ada.phone)[0]["code"]
    assert_problem(answer(teller, {"challengeId": challenge["challengeId"]}, code),
                   410, "challenge_expired")
    winners = at_once(20, lambda _: answer(teller, second, code).status_code)
    assert winners.count(200) == 1


def test_guessing_codes_are_limited_over_all_challenges(tellers: Tellers):
    teller = tellers.start(**LIMITED, RATE_LIMIT_LOGIN="7/15min")
    ada = with_phone(teller)
    set_two_factor(ada, "otp")
    tries = []
    for _ in range(2):
        challenge = ask_for_code(teller, ada.email)
        code = mailbox(teller, ada.phone)[0]["code"]
        tries += [answer(teller, challenge, other_than(code)).status_code for _ in range(5)]
    assert tries == [401] * 7 + [429] * 3
    teller.bankctl("unlock", "--email", ada.email)
    challenge = ask_for_code(teller, ada.email)
    code = mailbox(teller, ada.phone)[0]["code"]
    assert answer(teller, challenge, code).status_code == 200
