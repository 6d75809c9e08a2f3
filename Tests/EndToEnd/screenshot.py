"""Pictures of the dashboard with a running demo's data, in both themes. scripts/screenshot runs it."""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from support.dashboard import Dashboard, launch

URL = os.environ.get("PAGE_URL", "http://localhost:3001")
EMAIL = os.environ.get("DEMO_EMAIL", "ada@teller.example")
PASSWORD = os.environ.get("DEMO_PASSWORD", "teller-demo-customer")
FUND = "Holiday fund"
TRAFFIC_MILLISECONDS = 15_000


def picture(browser: Browser, theme: str, file: Path) -> None:
    dashboard = Dashboard(browser, URL, color_scheme=theme, device_scale_factor=1.5,
                          viewport={"width": 1440, "height": 1100})
    dashboard.log_in(EMAIL, PASSWORD).wait_until_live()
    fund = open_fund(dashboard)
    dashboard.page.wait_for_timeout(TRAFFIC_MILLISECONDS)
    dashboard.send(fund, "25.00", "Every week a little")
    dashboard.part("message").wait_for()
    dashboard.part("message").click()
    dashboard.page.mouse.move(0, 0)
    dashboard.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    dashboard.page.wait_for_timeout(900)
    dashboard.page.screenshot(path=file)
    dashboard.close()
    print(file)


def open_fund(dashboard: Dashboard) -> str:
    """The number of a second account; it's opened the first time."""
    card = dashboard.part("account").filter(has_text=FUND)
    if card.count() == 0:
        dashboard.page.get_by_role("button", name="Open an account").click()
        dialog = dashboard.page.get_by_role("dialog")
        dialog.get_by_label("Kind").select_option("saving")
        dialog.get_by_label("Name").fill(FUND)
        dialog.get_by_role("button", name="Open account").click()
        card.wait_for()
    return card.get_attribute("data-number")


def main(folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        picture(browser, "light", folder / "dashboard.png")
        picture(browser, "dark", folder / "dashboard-dark.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
