"""What the README tells people to type works as it stands."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from support.processes import ROOT, Teller, environment

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def at(teller: Teller, text: str) -> str:
    """The same text with this bank's ports for the usual ones."""
    for port, own in ((3000, teller.bank_port), (3001, teller.wire_port)):
        text = text.replace(f"localhost:{port}", f"127.0.0.1:{own}")
    return text


def shell(script: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment({}),
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shape(value: object) -> object:
    """The keys of an object, and of those in it."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def demo(teller: Teller) -> None:
    """The demo customers, as scripts/run makes them."""
    teller.bankctl("simulate", "--bank-url", teller.core.url, "--seconds", "0.1")


def test_the_commands_named_are_there():
    plain = [block.strip() for block in blocks("sh") if "curl" not in block]
    assert plain == ["scripts/run", "scripts/test"]
    for command in plain:
        assert (ROOT / command).stat().st_mode & 0o100


def test_the_calls_answer_as_shown(teller: Teller):
    demo(teller)
    calls = [at(teller, block) for block in blocks("sh") if "curl" in block]
    assert len(calls) == 3
    token, accounts, deposit = calls
    shown_accounts, shown_deposit = map(json.loads, blocks("json"))
    assert shape(json.loads(shell(token + accounts))) == shape(shown_accounts)
    first, second = (shell(token + deposit) for _ in range(2))
    assert shape(json.loads(first)) == shape(shown_deposit)
    assert json.loads(first)["status"] == "posted"
    assert second == first


def test_the_websocket_code_prints_what_arrives(teller: Teller, tmp_path: Path):
    demo(teller)
    [code] = blocks("python")
    assert len(code.splitlines()) == 8
    login, _, deposit = [at(teller, block) for block in blocks("sh") if "curl" in block]
    token = shell(login + 'echo "$TOKEN"').strip()
    printed = tmp_path / "printed"
    with printed.open("w") as file:
        wire = subprocess.Popen(
            [sys.executable, "-c", at(teller, code)], stdout=file,
            env=environment({"TOKEN": token}))
    try:
        wait_for(printed, '"type":"subscribed"')
        shell(login + deposit.replace("tip-jar-1", "tip-jar-2"))
        wait_for(printed, '"type":"transaction"')
    finally:
        wire.terminate()
        wire.wait()


def wait_for(file: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in file.read_text():
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.02)
