"""Row A6: the second factor, and the messages that carry it."""

import time

from conftest import Tellers
from support.bank import Client, Customer, assert_problem, sign_up, staff
from support.gateway import Gateway
from support.people import (
    answer, ask_for_code, log_in, mailbox, other_than, phone, set_two_factor, totp, with_phone)
from support.processes import Teller


def test_a6_a_code_by_message_opens_the_session(teller: Teller):
    ada = with_phone(teller)
    assert set_two_factor(ada, "otp").json() == {"method": "otp"}
    challenge = ask_for_code(teller, ada.email)
    assert challenge["method"] == "otp" and challenge["expiresIn"] == 300
    letter = mailbox(teller, ada.phone)[0]
    assert letter["kind"] == "otp" and letter["code"] in letter["text"]
    assert_problem(answer(teller, challenge, other_than(letter["code"])), 401, "invalid_code")
    opened = answer(teller, challenge, letter["code"])
    assert opened.status_code == 200, opened.text
    assert Client(teller.core.url, opened.json()["accessToken"]).get("/auth/me").status_code == 200
    assert_problem(answer(teller, challenge, letter["code"]), 410, "challenge_expired")
    assert letter["code"] not in teller.core.log.read_text()
    assert set_two_factor(ada, "none").status_code == 200
    assert "accessToken" in log_in(teller, ada.email)


def test_a6_an_authenticator_and_its_recovery_codes(teller: Teller):
    ada = sign_up(teller)
    assert_problem(set_two_factor(ada, "otp"), 409, "phone_required")
    proposed = set_two_factor(ada, "totp").json()
    assert proposed["otpauthUri"].startswith("otpauth://totp/Teller:")
    confirmed = set_two_factor(ada, "totp", code=totp(proposed["secret"], -1))
    assert confirmed.status_code == 200, confirmed.text
    recovery = confirmed.json()["recoveryCodes"]
    challenge = ask_for_code(teller, ada.email)
    assert challenge["method"] == "totp"
    code = totp(proposed["secret"])
    assert answer(teller, challenge, code).status_code == 200
    again = ask_for_code(teller, ada.email)
    assert_problem(answer(teller, again, code), 401, "invalid_code")
    assert answer(teller, again, recovery[3]).status_code == 200
    last = ask_for_code(teller, ada.email)
    assert_problem(answer(teller, last, recovery[3]), 401, "invalid_code")
    assert_problem(set_two_factor(ada, "none"), 401, "invalid_code")
    assert set_two_factor(ada, "none", code=recovery[4]).status_code == 200
    assert "accessToken" in log_in(teller, ada.email)


def test_a6_a_gateway_gets_the_message_again_until_it_takes_it(tellers: Tellers):
    gateway = Gateway(failures=2)
    teller = tellers.start(OTP_GATEWAY_URL=gateway.url)
    ada = with_phone(teller)
    assert set_two_factor(ada, "otp").status_code == 200
    challenge = ask_for_code(teller, ada.email)
    calls = gateway.wait(3)
    assert len(calls) == 3
    headers, body, _ = calls[2]
    assert headers["Authorization"] == "Basic dGVsbGVyOnNlY3JldA=="
    assert body["to"] == ada.phone and headers["Idempotency-Key"] == body["id"]
    assert {call[1]["id"] for call in calls} == {body["id"]}
    assert calls[1][2] - calls[0][2] > 1.5 and calls[2][2] - calls[1][2] > 7
    assert answer(teller, challenge, body["text"][:6]).status_code == 200
    admin = staff(teller)
    wait_for_status(admin, ada.phone, "sent")


def test_a6_a_message_that_nobody_takes_is_a_dead_letter(tellers: Tellers):
    gateway = Gateway(failures=99)
    teller = tellers.start(OTP_GATEWAY_URL=gateway.url)
    ada, admin = with_phone(teller), staff(teller)
    set_two_factor(ada, "otp")
    ask_for_code(teller, ada.email)
    gateway.wait(3)
    dead = wait_for_status(admin, ada.phone, "dead")
    assert (dead["attempts"], dead["failure"]) == (3, "gateway_500")
    assert "text" not in dead and "code" not in dead
    listed = admin.get("/messages", params={"status": "dead"}).json()["data"]
    assert [one["id"] for one in listed] == [dead["id"]]
    assert_problem(ada.get("/messages"), 403, "forbidden")
    assert len(gateway.calls) == 3


def test_a6_a_message_survives_the_death_of_the_bank(tellers: Tellers):
    gateway = Gateway(failures=1)
    teller = tellers.start(OTP_GATEWAY_URL=gateway.url)
    ada = with_phone(teller)
    set_two_factor(ada, "otp")
    challenge = ask_for_code(teller, ada.email)
    gateway.wait(1)
    teller.core.kill()
    teller.core.start()
    calls = gateway.wait(2, seconds=45)
    assert len(calls) >= 2 and calls[0][1]["id"] == calls[1][1]["id"]
    assert answer(teller, challenge, calls[1][1]["text"][:6]).status_code == 200


def wait_for_status(admin: Customer, to: str, status: str) -> dict:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = admin.get("/messages", params={"to": to}).json()["data"]
        if found and found[0]["status"] == status:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"not {status}: {found}")
