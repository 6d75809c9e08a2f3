"""Requests made from the OpenAPI document by Schemathesis, right and wrong ones: nothing breaks, and
every reply is one that the document has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Tellers
from support.furniture import furnish
from support.processes import ROOT, log_lines

#: The same examples each time, or, to hunt by hand, those of a seed, and so many times as many.
SEED = os.environ.get("FUZZ_SEED")
CHOICE = ["--seed", SEED] if SEED else ["--generation-deterministic"]
TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
#: What is asked of each reply. A 5xx is only allowed where the document has it: 503.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance")
#: Not the other service's, not the document itself, and nothing that ends who asks.
LEFT_OUT = ("^/(ws|config.json|openapi.yaml|api/v1/(websocket|stream)|api/v1/auth/(logout|password|two-factor)"
            "|api/v1/auth/sessions/|api/v1/customers/.customerId)")


@pytest.mark.parametrize("who, examples", [("admin", 40), ("customer", 15)])
def test_no_request_made_from_the_document_breaks_the_bank(tellers: Tellers, tmp_path: Path, who: str,
                                                          examples: int):
    teller = tellers.start()
    token = dict(zip(("customer", "admin"), furnish(teller)))[who].token
    done = subprocess.run(
        [Path(sys.executable).parent / "schemathesis", "run", ROOT / "docs" / "openapi.yaml",
         "--url", teller.core.url, "--header", f"Authorization: Bearer {token}",
         "--max-examples", str(examples * TIMES), "--checks", ",".join(CHECKS),
         "--phases", "examples,coverage,fuzzing", "--exclude-path-regex", LEFT_OUT,
         *CHOICE, "--workers", "1", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300 * TIMES)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert teller.core.process.poll() is None
    assert not [line for line in log_lines(teller.core) if line["level"] in ("error", "critical")]
    teller.verify()
