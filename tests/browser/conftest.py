"""A gateway with the embedded broker, and the results of browser visits."""

import json
import os
import pathlib
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from gateway_process import ROOT, GatewayProcess
from nginx import Nginx

HERE = pathlib.Path(__file__).resolve().parent
SCREENSHOTS = ROOT / "build" / "screenshots"
MODULES = ROOT / "build" / "browser"


@pytest.fixture(scope="session")
def embedded_gateway(tmp_path_factory):
    """A gateway that needs no Kafka, shared. If it does not end well, the run fails."""
    process = GatewayProcess(tmp_path_factory.mktemp("gateway") / "embedded.log", "embedded")
    try:
        process.await_ready()
        yield process
        process.stop()
    finally:
        process.kill()


@pytest.fixture(scope="session", params=["direct", "prefix"])
def site(request, embedded_gateway, tmp_path_factory):
    """The address of the landing page: at the gateway itself, and behind nginx with a prefix."""
    if request.param == "direct":
        yield embedded_gateway.url + "/"
        return
    with Nginx(tmp_path_factory.mktemp("nginx"),
               f"location /kafka/ {{ proxy_pass {embedded_gateway.url}/; }}") as nginx:
        yield nginx.url + "/kafka/"


@pytest.fixture(scope="session")
def visit(site):
    """The output of visit.mjs. Its screenshots are in build/screenshots, named after the path of the page."""
    install()
    screenshots = SCREENSHOTS / (urlsplit(site).path.strip("/") or ".")
    screenshots.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(["node", MODULES / "visit.mjs", site, screenshots],
                         capture_output=True, text=True, timeout=90)
    assert run.returncode == 0, run.stderr + run.stdout
    return json.loads(run.stdout)


def install():
    """Puts the scripts and their imports into build/browser; uses no network if nothing has changed."""
    MODULES.mkdir(parents=True, exist_ok=True)
    installed = MODULES / "installed.json"
    lock = (HERE / "package-lock.json").read_bytes()
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, MODULES)
    if installed.exists() and installed.read_bytes() == lock:
        return
    shutil.copy(HERE / "package.json", MODULES)
    shutil.copy(HERE / "package-lock.json", MODULES)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=MODULES, check=True, timeout=90,
        env={**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"})
    installed.write_bytes(lock)
