"""The documents tell what is there: routes, settings, the compose file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from conftest import Tellers
from support.bank import sign_up
from support.document import METHODS, OPENAPI, assert_documented
from support.processes import ROOT, Service, Teller, binary, log_lines

BANK, WIRE = "http://localhost:3000", "http://localhost:3001"


def documented(server: str) -> set[str]:
    """`GET /path/{}` of every operation that the document has on `server`."""
    found = set()
    for path, item in OPENAPI["paths"].items():
        if server in {one["url"] for one in item.get("servers", OPENAPI["servers"])}:
            found |= {f"{method.upper()} {plain(path)}" for method in METHODS & item.keys()}
    return found


def registered(service: Service) -> set[str]:
    """The same of every route that the service logs at its start, but for the page's files."""
    files = {f"/{path.relative_to(ROOT / 'public')}" for path in (ROOT / "public").rglob("*")}
    routes = {(line["http.method"], line["http.route"])
              for line in log_lines(service) if line["message"] == "route"}
    return {f"{method} {plain(path)}" for method, path in routes
            if path not in files and not path.startswith("/docs/")}


def plain(path: str) -> str:
    """Without the parameters' names, and with the version that may be left out."""
    path = re.sub(r"\{[^}]*\}", "{}", path)
    return path.replace("/api/websocket/", "/api/v1/websocket/")


def test_the_openapi_document_is_valid():
    validate(OPENAPI)


def test_the_document_has_exactly_the_routes_there_are(tellers: Tellers):
    teller = tellers.start(LOG_LEVEL="debug")
    assert registered(teller.core) == documented(BANK)
    assert registered(teller.wire) == documented(WIRE)


def test_every_setting_is_documented():
    usage = subprocess.run([binary("bank-core"), "--help"], capture_output=True, text=True).stdout
    settings = set(re.findall(r"^  ([A-Z][A-Z_]+)$", usage, re.MULTILINE))
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert len(settings) > 20
    assert set(re.findall(r"^\| ([A-Z][A-Z_]+) \|", text, re.MULTILINE)) == settings


def test_the_page_of_errors_is_the_one_bankctl_prints():
    page = subprocess.run([binary("bankctl"), "errors"], capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "errors.md").read_text() == page, "bankctl errors > docs/errors.md"


def test_the_compose_file_meets_its_schema():
    done = subprocess.run(
        [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema",
         "vendor.compose-spec", ROOT / "docker-compose.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_sets_only_settings_there_are():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    text = (ROOT / "docs" / "configuration.md").read_text()
    for service in services.values():
        for name in service.get("environment", {}):
            assert f"| {name} |" in text
    ports = [port.split(":")[1] for one in services.values() for port in one.get("ports", [])]
    assert len(ports) == len(set(ports))


def test_links_between_the_documents_lead_somewhere():
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("change, message", [
    ({"hash": "x"}, "Unevaluated properties"), ({"role": "king"}, "is not one of"),
    ({"id": None}, "is not of type"), ({"createdAt": "yesterday"}, "date-time")])
def test_a_reply_that_the_document_does_not_have_is_noticed(teller: Teller, change: dict, message: str):
    ada = sign_up(teller)
    reply = ada.get("/auth/me")
    assert_documented(reply)
    reply._content = json.dumps(reply.json() | change).encode()
    with pytest.raises(AssertionError, match=message):
        assert_documented(reply)
    reply.status_code = 418
    with pytest.raises(AssertionError, match="not in the document: GET"):
        assert_documented(reply)
