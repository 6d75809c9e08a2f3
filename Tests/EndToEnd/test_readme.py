"""What the README tells people to type works as it stands."""

import os
import re
import subprocess

import pytest

from support.processes import ROOT, Teller, environment

README = ROOT / "README.md"


def commands() -> list[str]:
    """The fenced `sh` blocks that talk to a running bank: those with curl in them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "curl" in block]


def test_the_readme_has_commands():
    assert len(commands()) >= 1
