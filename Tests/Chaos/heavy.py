"""The load that most of the chaos runs under."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from support.processes import ROOT, Teller, binary, environment


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Heavy:
    """bank-load on accounts of its own, for longer than the faults take."""

    def __init__(self, teller: Teller, logs: Path, accounts: int, seed: int):
        self.tokens = logs / "tokens.jsonl"
        teller.bankctl("seed", "--customers", str(accounts), "--tokens", str(self.tokens))
        self.teller, self.logs, self.seed = teller, logs, seed
        self.process: subprocess.Popen | None = None

    def payers(self) -> list[dict]:
        return [json.loads(line) for line in self.tokens.read_text().splitlines()]

    def start(self, *arguments: str) -> "Heavy":
        command = [
            binary("bank-load"), "transfers", "--url", self.teller.core.url, "--tokens",
            str(self.tokens), "--seed", str(self.seed), "--warm-up", "0", "--request-timeout", "5",
            "--json", *arguments]
        with (self.logs / "bank-load.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment({}), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True)
        return self

    def result(self, report: Any) -> dict:
        output, _ = self.process.communicate(timeout=180)
        log = (self.logs / "bank-load.log").read_text(errors="replace")[-2000:]
        report.check(self.process.returncode == 0, f"bank-load ended with {self.process.returncode}"
                     + ("" if self.process.returncode == 0 else f": {output[-2000:]} {log}"))
        return json.loads(output) if output.strip().startswith("{") else {}

    def stop(self) -> None:
        """What is on its way is let go; it is decided a moment later."""
        self.process.kill()
        self.process.wait()
        time.sleep(2)
