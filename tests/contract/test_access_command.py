"""`kafka-gateway access`: keys, checks, and decisions that equal those of a reference in Python."""

import hashlib
import json
import random
import re
import subprocess

import pytest
from access_reference import explained
from gateway_process import binary
from openapi_document import ROOT


def access(*arguments):
    return subprocess.run([binary(), "access", *arguments], capture_output=True, text=True, timeout=30)


NAMES = ["a", "ab", "svc-a", "svc-b", "ops", "anonymous"]
GROUPS = ["ops", "dev", "ops-eu"]
TOPICS = ["a", "ab", "a.b", "a.b.c", "b", "orders"]


def globs(rng, words):
    """One to three globs, which often match one of the words."""
    def one():
        word = rng.choice(words)
        start, end = sorted((rng.randrange(len(word) + 1), rng.randrange(len(word) + 1)))
        return rng.choice([word, "*", word[:start] + "*" + word[end:], word[:start] + "**" + word[end:]])
    return [one() for _ in range(rng.randint(1, 3))]


def rule(rng):
    principals = globs(rng, NAMES) if rng.random() < 0.7 else ["group:" + glob for glob in globs(rng, GROUPS)]
    operations = rng.choice([["Write"], ["Read"], ["Write", "Read"]])
    return {"Principals": principals, "Topics": globs(rng, TOPICS), "Operations": operations}


@pytest.mark.parametrize("seed", range(60))
def test_each_decision_equals_that_of_the_reference(tmp_path, seed):
    rng = random.Random(seed)
    file = {"Grants": [rule(rng) for _ in range(rng.randint(0, 4))],
            "Denials": [rule(rng) for _ in range(rng.randint(0, 2))]}
    path = tmp_path / "access.json"
    path.write_text(json.dumps(file))
    name = rng.choice(NAMES)
    groups = [] if name == "anonymous" else rng.sample(GROUPS, rng.randint(0, 2))
    answer = access("explain", path, "--principal", name, *[f"--group={group}" for group in groups],
                    *[f"--topic={topic}" for topic in TOPICS])
    assert answer.returncode == 0, answer.stderr
    expected = [explained(file, name, groups, operation, topic)
                for topic in TOPICS for operation in ("Write", "Read")]
    for line, beginning in zip(answer.stdout.splitlines(), expected, strict=True):
        assert line.startswith(beginning), (file, name, groups)


def test_a_new_key_is_printed_with_its_entry_and_the_entry_is_valid(tmp_path):
    answer = access("new-key", "shop1", "--principal", "svc-shop", "--group", "ops",
                    "--expires=2027-01-01T00:00:00Z")
    assert answer.returncode == 0, answer.stderr
    key, entry = answer.stdout.splitlines()[1], json.loads(answer.stdout.splitlines()[3])
    assert re.fullmatch(r"kgw_shop1_[A-Za-z0-9_-]{43}", key)
    assert entry == {"Id": "shop1", "Sha256": hashlib.sha256(key.encode()).hexdigest(),
                     "Principal": "svc-shop", "Groups": ["ops"], "Expires": "2027-01-01T00:00:00Z"}
    path = tmp_path / "access.json"
    path.write_text(json.dumps({"ApiKeys": [entry]}))
    assert access("check", path).stdout == "The access file is valid: API keys: 1, users: 0, issuers: 0, grants: 0, denials: 0, rates: 0.\n"
    assert access("new-key", "shop1", "--principal", "p").stdout.splitlines()[1] != key


def test_the_groups_of_a_principals_keys_count_in_an_explanation(tmp_path):
    path = tmp_path / "access.json"
    path.write_text(json.dumps({
        "ApiKeys": [{"Id": "shop1", "Sha256": "0" * 64, "Principal": "shop", "Groups": ["ops"]}],
        "Grants": [{"Principals": ["group:ops"], "Topics": ["*"], "Operations": ["Write"]}]}))
    assert "allowed by" in access("explain", path, "--principal=shop", "--topic=a").stdout
    assert "allowed by" not in access("explain", path, "--principal=other", "--topic=a").stdout


def test_the_example_is_valid():
    answer = access("check", ROOT / "config" / "access.example.json")
    assert answer.returncode == 0, answer.stderr


def test_every_error_of_a_file_is_one_line_with_its_place(tmp_path):
    path = tmp_path / "access.json"
    path.write_text('{"ApiKeys": [{"Id": "X",\n "Sha256": "kgw_secret", "Principals": "p"}],\n "Grant": []}')
    answer = access("check", path)
    assert answer.returncode == 78
    lines = answer.stderr.splitlines()
    assert len(lines) == 5, answer.stderr
    assert all(line.startswith(f"file {path}, line ") for line in lines)
    assert any("line 3: Grant: unknown key; nearest known key: Grants" in line for line in lines)
    assert "kgw_secret" not in answer.stderr


@pytest.mark.parametrize("arguments", [
    [], ["chek"], ["check"], ["check", "a", "b"], ["new-key"], ["new-key", "shop1"], ["new-key", "S", "--principal=p"],
    ["new-key", "shop1", "--principal=anonymous"], ["new-key", "shop1", "--principal=p", "--expires=soon"],
    ["new-key", "shop1", "--principal"], ["explain", "a", "--principal=p"], ["check", "a", "--topic=b"],
    ["explain", "a", "--principal=p", "--topic=b c"]])
def test_wrong_arguments_are_64_with_the_usage(arguments):
    answer = access(*arguments)
    assert answer.returncode == 64
    assert answer.stderr.startswith("kafka-gateway access: ")
    assert "Usage: kafka-gateway access" in answer.stderr
    assert answer.stdout == ""
