"""What the tests share: a replica set, the running services, a browser."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pymongo import MongoClient

sys.path.insert(0, str(Path(__file__).parent))

from support.arena import SETTINGS as ARENA, Arena  # noqa: E402
from support.bank import Customer, Pool  # noqa: E402
from support.dashboard import Dashboard, Opener, launch  # noqa: E402
from support.processes import ROOT, Teller, free_port  # noqa: E402


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The replica set of MONGO_URL, or one started for this run."""
    given = os.environ.get("MONGO_URL")
    if given:
        yield given
        return
    folder, script = tmp_path_factory.mktemp("mongodb"), str(ROOT / "scripts" / "mongod")
    started = subprocess.run(
        [script, "start", "--test", "--dir", str(folder), "--port", str(free_port())],
        check=True, stdout=subprocess.PIPE, text=True)
    yield started.stdout.strip().splitlines()[-1]
    subprocess.run([script, "stop", "--dir", str(folder)], check=True, stdout=subprocess.DEVNULL)


class Tellers:
    """Starts banks, stops them, and drops their databases."""

    def __init__(self, mongo_url: str, logs: Path):
        self.mongo_url, self.logs = mongo_url, logs
        self.started: list[Teller] = []
        self.running: list[Teller] = []

    def start(self, **settings: str) -> Teller:
        teller = Teller(self.mongo_url, self.logs, **settings)
        self.started.append(teller)
        self.running.append(teller)
        return teller.start()

    def stop(self) -> None:
        running, self.running = self.running, []
        with MongoClient(self.mongo_url) as client:
            for teller in running:
                teller.stop()
                client.drop_database(teller.settings["MONGO_DATABASE"])


@pytest.fixture(scope="session")
def teller(mongo_url: str, logs: Path) -> Iterator[Teller]:
    """The bank that most tests share. A test may not stop it."""
    tellers = Tellers(mongo_url, logs)
    try:
        yield tellers.start()
    finally:
        tellers.stop()


@pytest.fixture
def tellers(mongo_url: str, logs: Path) -> Iterator[Tellers]:
    """For tests that need a bank of their own: other settings, or one to kill."""
    tellers = Tellers(mongo_url, logs)
    try:
        yield tellers
    finally:
        tellers.stop()


@pytest.fixture(scope="module")
def arena(mongo_url: str, logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """A bank whose live wire is mistreated."""
    tellers = Tellers(mongo_url, logs)
    try:
        arena = Arena(tellers.start(**ARENA), tmp_path_factory.mktemp("arena"))
        yield arena
        arena.assert_told()
        arena.assert_calm()
        arena.close()
    finally:
        tellers.stop()


@pytest.fixture(scope="session")
def pool(teller: Teller, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return Pool(teller, tmp_path_factory.mktemp("pool"))


@pytest.fixture
def ada(pool: Pool) -> Customer:
    return pool.take()


@pytest.fixture
def ben(pool: Pool) -> Customer:
    return pool.take()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="module")
def page(browser: Browser, teller: Teller) -> Page:
    """The bank's page, for tests that run modules in it."""
    page = browser.new_page(locale="en-US")
    page.goto(teller.page)
    return page


@pytest.fixture
def dashboard(browser: Browser, teller: Teller) -> Iterator[Opener]:
    """Opens dashboards, and at the end of the test wants that none of them complained."""
    opened: list[Dashboard] = []

    def open_one(of: Teller = teller, **options) -> Dashboard:
        opened.append(Dashboard(browser, of.page, **options))
        return opened[-1]

    yield open_one
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.close()
    assert complaints == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Puts the end of the services' logs beside a failure."""
    report = (yield).get_result()
    if not report.failed:
        return
    running: list[Teller] = []
    for value in getattr(item, "funcargs", {}).values():
        running += [value] if isinstance(value, Teller) else getattr(value, "started", [])
    for one in running:
        for service in (one.core, one.wire):
            if service.log.exists():
                report.sections.append((f"{service.name} {service.port}", service.tail()))
