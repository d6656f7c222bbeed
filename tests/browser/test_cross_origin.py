"""A page of another origin, which Http:Cors:AllowedOrigins allows, in a real browser."""

import functools
import http.server
import json
import subprocess
import threading

import pytest
from conftest import MODULES, install
from gateway_process import GatewayProcess


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    """Serves a page of another origin than the gateway's."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>shop</title>", encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def seen(page_url, tmp_path_factory):
    """The output of cross_origin.mjs."""
    install()
    gateway = GatewayProcess(tmp_path_factory.mktemp("gateway") / "cors.log", "embedded",
                             settings={"Http:Cors:AllowedOrigins:0": page_url})
    try:
        gateway.await_ready()
        run = subprocess.run(["node", MODULES / "cross_origin.mjs", page_url, gateway.url],
                             capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr + run.stdout
        gateway.stop()
    finally:
        gateway.kill()
    return json.loads(run.stdout)


def test_an_allowed_page_sends_record_headers(seen):
    assert seen["recordHeaders"]["status"] == 200, seen
    assert seen["recordHeaders"]["answer"]["topic"] == "sensor-readings"


def test_the_browser_keeps_other_headers_back(seen):
    assert seen["otherHeader"] == {"error": "TypeError"}
