"""The gateway decodes queries from the encoders of several languages to the original values."""

import json
import shutil
import subprocess
import sys
import urllib.parse

import pytest

# Text that encoders treat differently: spaces, characters that some do not encode, and a time zone.
KEY = "New York + 50% & a=b;c/d?~*'()! ü𝄞"
HEADER = "Unit of + : °C +/- 1"
TIME = "2026-01-02T05:04:05+02:00"

GO = """package main
import ("fmt"; "net/url"; "os")
func main() {
  query := url.Values{}
  for i := 1; i < len(os.Args); i += 2 { query.Set(os.Args[i], os.Args[i+1]) }
  fmt.Print(query.Encode())
}
"""

# Each prints a query made of its arguments, which are names and values in turn.
ENCODERS = {
    "python": [sys.executable, "-c", "import sys, urllib.parse as u;"
               "print(u.urlencode(list(zip(sys.argv[1::2], sys.argv[2::2]))), end='')"],
    "python quote": [sys.executable, "-c", "import sys, urllib.parse as u;"
                     "print(u.urlencode(list(zip(sys.argv[1::2], sys.argv[2::2])),"
                     " quote_via=u.quote), end='')"],
    "node": ["node", "-e", "const q = new URLSearchParams(), a = process.argv.slice(1);"
             "for (let i = 0; i < a.length; i += 2) q.append(a[i], a[i + 1]);"
             "process.stdout.write(q.toString())"],
    "node encodeURIComponent": [
        "node", "-e", "const a = process.argv.slice(1).map(encodeURIComponent);"
        "let q = []; for (let i = 0; i < a.length; i += 2) q.push(`${a[i]}=${a[i + 1]}`);"
        "process.stdout.write(q.join('&'))"],
    "php": ["php", "-r", "$q = []; for ($i = 1; $i < $argc; $i += 2) $q[$argv[$i]] = $argv[$i + 1];"
            "echo http_build_query($q);", "--"],
    "ruby": ["ruby", "-ruri", "-e", "print URI.encode_www_form(ARGV.each_slice(2).to_a)", "--"],
    # Like URI's query_form, which not every perl has.
    "perl": ["perl", "-e", "my @q; while (my ($n, $v) = splice @ARGV, 0, 2) {"
             "$v =~ s/([^A-Za-z0-9 ._~-])/sprintf '%%%02X', ord $1/ge; $v =~ tr/ /+/;"
             "push @q, \"$n=$v\" } print join '&', @q", "--"],
}


def encoded(command, **parameters):
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    arguments = [text for pair in parameters.items() for text in pair]
    return subprocess.run([*command, *arguments], check=True, capture_output=True, text=True,
                          timeout=60).stdout


@pytest.fixture(scope="session")
def go_encoder(tmp_path_factory):
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    source = tmp_path_factory.mktemp("go") / "encode.go"
    source.write_text(GO, encoding="utf-8")
    program = source.with_suffix("")
    subprocess.run(["go", "build", "-o", program, source], check=True, timeout=120)
    return [str(program)]


def assert_read_as_it_was(http, kafka, topic, query):
    by_json = http.send(topic=topic, key=KEY, value="json", timestamp=TIME,
                        headers={"Header": HEADER}).json()
    answer = http.request("POST", f"/api/kafka/topics/{topic}?{query}", b"raw")
    assert answer.status == 200, (query, answer)
    assert answer.json()["partition"] == by_json["partition"]
    first, second = kafka.read(topic)
    assert (first.value, second.value) == (b"json", b"raw")
    assert second.key == first.key == KEY.encode(), query
    assert second.headers == first.headers == [("Header", HEADER.encode())], query
    assert second.timestamp == first.timestamp == 1767323045000, query


@pytest.mark.parametrize("language", ENCODERS)
def test_a_query_is_read_as_what_was_encoded(http, kafka, topic, language):
    query = encoded(ENCODERS[language], key=KEY, header=f"Header:{HEADER}", timestamp=TIME)
    assert_read_as_it_was(http, kafka, topic, query)


def test_a_query_of_go_is_read_as_what_was_encoded(http, kafka, topic, go_encoder):
    query = encoded(go_encoder, key=KEY, header=f"Header:{HEADER}", timestamp=TIME)
    assert_read_as_it_was(http, kafka, topic, query)


def test_a_zone_with_a_bare_plus_is_read_as_it_was_meant(http, kafka, topic):
    query = urllib.parse.urlencode({"key": KEY, "header": f"Header:{HEADER}"})
    assert_read_as_it_was(http, kafka, topic, f"{query}&timestamp={TIME}")


def test_the_encoders_do_not_agree():
    """If they did, this file would test one encoding many times."""
    queries = {encoded(command, key=KEY) for name, command in ENCODERS.items()
               if shutil.which(command[0])}
    assert len(queries) > 2, json.dumps(sorted(queries))
