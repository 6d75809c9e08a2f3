"""The page's modules by themselves, in the browser that runs them."""

from typing import Any

import pytest
from playwright.sync_api import Page



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
