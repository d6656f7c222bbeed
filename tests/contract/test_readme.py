"""Runs the commands of README.md, and compares their output with README.md."""

import json
import os
import re
import subprocess

import pytest
from expected_json import differences
from gateway_process import GatewayProcess, binary
from openapi_document import ROOT

# Members of answers whose values differ each time.
VOLATILE = {"offset": "<integer>", "firstOffset": "<integer>", "lastOffset": "<integer>",
            "partition": "<integer>", "timestamp": "<timestamp>", "requestId": "<requestId>"}


README = (ROOT / "README.md").read_text(encoding="utf-8")
SECURE = re.search(r"^### Secure it\n(.*?)^### ", README, re.DOTALL | re.MULTILINE)[1]


def commands(text):
    """Each (command, output) of the console blocks whose command is curl."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            end = 1
            while "\n".join(lines[:end]).count("'") % 2 == 1:  # an open quote: the command continues
                end += 1
            if lines[0].startswith("curl "):
                yield "\n".join(lines[:end]), "\n".join(lines[end:])


def masked(value):
    if isinstance(value, dict):
        return {name: VOLATILE.get(name, masked(part)) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    return value


def numbered(found):
    return [pytest.param(*each, id=str(number)) for number, each in enumerate(found)]


@pytest.mark.parametrize(("command", "output"), numbered(commands(README.replace(SECURE, ""))))
def test_a_command_prints_what_the_readme_says(embedded_gateway, command, output):
    check(embedded_gateway, command, output)


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """(gateway, key): with the access file of the README, in which the digest is that of a newly made key."""
    made = subprocess.run([binary(), *re.search(r"^\$ kafka-gateway (access new-key .*)$", SECURE, re.MULTILINE)[1].split()],
                          capture_output=True, text=True, timeout=30).stdout.splitlines()
    file = json.loads(re.search(r"```json\n(.*?)```", SECURE, re.DOTALL)[1])
    entry = json.loads(made[3])
    assert {**entry, "Sha256": ""} == {**file["ApiKeys"][0], "Sha256": ""}
    path = tmp_path_factory.mktemp("secured") / "access.json"
    path.write_text(json.dumps({**file, "ApiKeys": [entry]}))
    process = GatewayProcess(path.with_name("gateway.log"), "embedded", {"Access:File": path})
    try:
        process.await_ready()
        yield process, made[1]
        process.stop()
    finally:
        process.kill()


@pytest.mark.parametrize(("command", "output"), numbered(commands(SECURE)))
def test_a_command_with_an_access_file_prints_what_the_readme_says(secured, command, output):
    gateway, key = secured
    check(gateway, command, output, {"KEY": key})


def check(gateway, command, output, environment=None):
    here = gateway.url.removeprefix("http://")
    assert "localhost:8080" in command
    run = subprocess.run(["bash", "-c", command.replace("localhost:8080", here)], capture_output=True, text=True,
                         timeout=30, env={**os.environ, **(environment or {})})
    assert run.returncode == 0 and run.stderr == ""
    try:
        expected = masked(json.loads(output))
    except ValueError:
        assert run.stdout.strip() == output.strip()
        return
    # JSON is broken over several lines in the README, but is one line on the wire.
    assert differences(expected, json.loads(run.stdout)) == []


def test_the_secured_commands_show_every_answer_to_callers():
    assert [json.loads(output)["status"] for _, output in commands(SECURE)] == ["Success", 401, 403, 429]


def test_there_are_commands_to_run():
    assert len(list(commands(README))) >= 9
    assert len(list(commands(SECURE))) == 4


def limits():
    """Each (key, default) of the table of limits; where a row has two keys, it has two defaults."""
    for row in re.findall(r"^\|([^|\n]*)\|([^|\n]*)\|([^|\n]*`[A-Z]\w+:\w+`[^|\n]*)\|", README, re.MULTILINE):
        defaults = re.findall(r"\d[\d ]*", row[1])
        for key, default in zip(re.findall(r"`([^`]*)`", row[2]), defaults, strict=True):
            yield key, int(default.replace(" ", "")) * (1000 if " s " in row[1] else 1)


@pytest.mark.parametrize(("key", "default"), list(limits()))
def test_a_limit_has_the_default_that_the_readme_says(key, default):
    settings = json.loads((ROOT / "config" / "appsettings.json").read_text(encoding="utf-8"))
    section, name = key.split(":")
    assert settings[section][name] == default
