"""The tool of those who run the bank."""

import json
import subprocess
from pathlib import Path

import pytest
from pymongo import MongoClient

from conftest import Tellers
from support.bank import Client
from support.processes import Teller, binary, environment


@pytest.fixture
def bank(mongo_url: str, logs: Path):
    """A database without services."""
    teller = Teller(mongo_url, logs)
    yield teller
    with MongoClient(mongo_url) as client:
        client.drop_database(teller.settings["MONGO_DATABASE"])


def journal(teller: Teller):
    return MongoClient(teller.settings["MONGO_URL"])[teller.settings["MONGO_DATABASE"]]


def test_migrate_tells_what_is_to_do_does_it_and_has_nothing_left(bank: Teller):
    pending = json.loads(bank.bankctl("migrate", "--dry-run", "--json").stdout)["pending"]
    assert pending and journal(bank).list_collection_names() == []
    assert json.loads(bank.bankctl("migrate", "--json").stdout)["done"] == pending
    assert json.loads(bank.bankctl("migrate", "--json").stdout)["done"] == []


def create_staff(teller: Teller, *arguments: str, password: str = "", **more: str):
    return subprocess.run(
        [binary("bankctl"), "create-staff", "--role", "teller", "--name", "Tilly", *arguments],
        env=environment({**teller.settings, **more}), input=password, capture_output=True,
        text=True, timeout=60)


def test_staff_log_in_with_the_password_from_stdin_or_the_environment(teller: Teller):
    made = [
        create_staff(teller, "--email", "in@teller.example", "--password-stdin",
                     password="first password\n"),
        create_staff(teller, "--email", "env@teller.example", STAFF_PASSWORD="second password"),
    ]
    assert [one.returncode for one in made] == [0, 0]
    for email, password in (("in", "first password"), ("env", "second password")):
        answer = Client(teller.core.url).post(
            "/auth/login", {"email": f"{email}@teller.example", "password": password})
        assert answer.json()["customer"]["role"] == "teller"


def test_an_email_is_taken_once_however_it_is_written(bank: Teller):
    bank.bankctl("migrate")
    assert create_staff(bank, "--email", "x@teller.example", STAFF_PASSWORD="a password").returncode == 0
    again = create_staff(bank, "--email", "X@teller.example", STAFF_PASSWORD="a password")
    assert again.returncode == 1 and "taken" in again.stderr


def test_a_password_as_an_argument_is_for_sandboxes(bank: Teller):
    refused = create_staff(
        bank, "--email", "x@teller.example", "--password", "a password", SANDBOX="false")
    assert refused.returncode == 64 and "SANDBOX" in refused.stderr


def test_seeded_accounts_have_money_and_tokens_and_leave_the_books_right(
        tellers: Tellers, tmp_path: Path):
    teller, file = tellers.start(), tmp_path / "tokens"
    teller.bankctl("seed", "--customers", "3", "--accounts", "5", "--balance", "700",
                   "--tokens", str(file))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 5 and len({line["customerId"] for line in lines}) == 3
    assert file.stat().st_mode & 0o077 == 0
    for line in lines:
        account = Client(teller.core.url, line["token"]).get(f"/accounts/{line['accountId']}").json()
        assert account["number"] == line["number"]
        assert account["balance"]["posted"] == 700
    verdict = json.loads(teller.bankctl("verify", "--json").stdout)
    assert verdict["clean"] and verdict["transactions"] == 5 and verdict["heads"]


@pytest.mark.parametrize("collection, filter, change", [
    ("accounts", {"seq": {"$gt": 0}, "customer": {"$exists": True}}, {"$inc": {"posted": 1}}),
    ("transactions", {"status": "posted"}, {"$set": {"description": "Something else"}}),
])
def test_verify_names_the_place_that_was_changed(bank: Teller, collection, filter, change):
    bank.bankctl("migrate")
    bank.bankctl("seed", "--customers", "3")
    changed = journal(bank)[collection].find_one_and_update(filter, change)
    found = bank.bankctl("verify", check=False)
    assert found.returncode == 1
    assert changed["_id"] in found.stdout


def test_without_settings_it_says_which_and_ends_with_78():
    done = subprocess.run(
        [binary("bankctl"), "verify"], env=environment({}), capture_output=True, text=True)
    assert done.returncode == 78 and "MONGO_URL" in done.stderr
