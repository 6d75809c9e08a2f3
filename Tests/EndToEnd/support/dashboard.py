"""The dashboard in a real Chromium, as a person uses it: by its `data-testid` hooks only."""

import os
import secrets
import shutil
from typing import Callable

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from .bank import PASSWORD, Client
from .processes import Teller


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, or the one that CHROMIUM names. Root can't have its sandbox."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium, or set CHROMIUM"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=program, args=arguments)


#: Notes what the client tells the page, in `told`: account and seq of each entry.
RECORDER = """
window.told = [];
const dispatch = EventTarget.prototype.dispatchEvent;
EventTarget.prototype.dispatchEvent = function (event) {
    const isEntry = this.constructor.name === "TellerClient" && event.type === "transaction";
    if (isEntry) window.told.push([event.detail.accountId, event.detail.seq]);
    return dispatch.call(this, event);
};
"""


class Dashboard:
    """One browser of its own: nothing is shared with another `Dashboard`, but for its tabs."""

    def __init__(self, browser: Browser, url: str, *, context: BrowserContext | None = None, **options):
        self.browser = browser
        self.context: BrowserContext = context or browser.new_context(locale="en-US", **options)
        self.page: Page = self.context.new_page()
        self.page.add_init_script(RECORDER)
        self.url = url
        #: What the page complained of, but for refusals, which Chromium always writes there.
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.note)
        self.page.on("dialog", self.dismiss)
        self.page.goto(url)

    def tab(self) -> "Dashboard":
        """Another tab of the same browser."""
        return Dashboard(self.browser, self.url, context=self.context)

    def told(self) -> list[int]:
        """The seqs of the first account that this tab was told, in that order."""
        account = self.part("account").first.get_attribute("data-account-id")
        return self.page.evaluate(
            "account => window.told.filter(([id]) => id === account).map(([, seq]) => seq)", account)

    def note(self, message) -> None:
        expected = "Failed to load resource: the server responded with a status of 4"
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.complaints.append(message.text)

    def dismiss(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def sign_up(self, name: str, email: str) -> "Dashboard":
        self.part("show-signup").click()
        self.part("signup-name").fill(name)
        self.part("signup-email").fill(email)
        self.part("signup-password").fill(PASSWORD)
        self.part("signup-submit").click()
        return self.wait_until_live()

    def log_in(self, email: str, password: str = PASSWORD) -> "Dashboard":
        self.part("show-login").click()
        self.part("login-email").fill(email)
        self.part("login-password").fill(password)
        self.part("login-submit").click()
        return self

    def wait_until_live(self) -> "Dashboard":
        expect(self.part("connection-state")).to_have_text("Connected", timeout=10_000)
        expect(self.part("account").first).to_be_visible()
        return self

    def send(self, to: str, amount: str, description: str = "") -> None:
        self.part("send-to").fill(to)
        self.part("send-amount").fill(amount)
        self.part("send-description").fill(description)
        self.part("send-submit").click()

    @property
    def number(self) -> str:
        return self.part("account").first.get_attribute("data-number")

    @property
    def balance(self) -> str:
        return self.part("balance").first.inner_text()

    def transaction_ids(self) -> list[str]:
        rows = self.part("transaction")
        return rows.evaluate_all("rows => rows.map(row => row.dataset.transactionId)")

    def watch_balance(self, wanted: str) -> None:
        """Notes the time, in the page's own clock, at which the balance reads `wanted`."""
        self.page.evaluate(
            """wanted => {
                window.seenAt = new Promise(resolve => {
                    const look = () => {
                        const shown = document.querySelector('[data-testid="balance"]').textContent;
                        if (shown === wanted) resolve(performance.timeOrigin + performance.now());
                        else requestAnimationFrame(look);
                    };
                    look();
                });
            }""", wanted)

    def balance_seen_at(self) -> float:
        """Milliseconds since 1970."""
        return self.page.evaluate("() => window.seenAt")

    def close(self) -> None:
        self.context.close()


Opener = Callable[..., Dashboard]


def email(name: str) -> str:
    return f"{name}.{secrets.token_hex(5)}@example.com"


def token_of(teller: Teller, address: str) -> Client:
    """A second log-in of the same customer, for reading what the page doesn't show."""
    session = Client(teller.core.url).post(
        "/auth/login", {"email": address, "password": PASSWORD}).json()
    return Client(teller.wire.url, session["accessToken"])
