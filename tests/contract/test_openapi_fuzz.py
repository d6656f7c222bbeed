"""Schemathesis makes valid and invalid requests from the document, and compares the answers with it."""

import os
import pathlib
import subprocess
import sys

import pytest
from openapi_document import ROOT

HERE = pathlib.Path(__file__).resolve().parent
REPORT = ROOT / "build" / "test" / "schemathesis"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_request_made_from_the_document_has_an_answer_that_is_not_in_it(gateway_of_its_own):
    REPORT.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        [pathlib.Path(sys.executable).with_name("schemathesis"),
         "--config-file", HERE / "schemathesis.toml",
         "run", f"{gateway_of_its_own.url}/openapi.json",
         "--phases", "examples,coverage,fuzzing",
         "--max-examples", "50", "--seed", "1", "--generation-database", "none",
         "--request-timeout", "5", "--continue-on-failure", "--no-color",
         "--report", "junit", "--report-dir", REPORT],
        capture_output=True, text=True, cwd=REPORT, timeout=280,
        env={**os.environ, "PYTHONPATH": str(HERE)})
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert gateway_of_its_own.process.poll() is None, gateway_of_its_own.log()
