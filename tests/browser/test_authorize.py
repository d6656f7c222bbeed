"""Swagger UI's "Authorize" in a real browser, with credentials of every scheme of OpenAPI."""

import json
import subprocess

import pytest
from access_file import entry, hash_password, new_key, rule
from callers_gateway import callers_gateway
from certificates import Identity
from conftest import MODULES, SCREENSHOTS, install

pytestmark = pytest.mark.timeout(300)  # the first test waits for all visits
KEYS = {name: new_key(name) for name in ("shop1", "other", "nobody")}
PASSWORD = "pass-word-of-ann"


@pytest.fixture(scope="module")
def gateway(folder, forge, authority):
    """A gateway with TLS where svc-shop, ann and spiffe-shop may write to "orders", and others may not."""
    (folder / "jwks.json").write_text(forge.jwks())
    sections = {
        "ApiKeys": [entry(KEYS["shop1"], "svc-shop"), entry(KEYS["other"], "svc-other")],
        "Users": [{"Name": name, "Hash": hash_password(PASSWORD)} for name in ("ann", "bob")],
        "Issuers": [{"Issuer": forge.name, "Audience": forge.audience, "JwksFile": "jwks.json"}],
        "ClientCertificates": [{"From": "SanUri", "Match": "spiffe://test/*", "Principal": "spiffe-$1"}],
        "Grants": [rule("svc-shop ann spiffe-shop", "orders")]}
    settings = {"Access:Open:0": "/swagger*", "Access:Open:1": "/openapi.json"}
    with callers_gateway(folder, authority, sections, settings) as process:
        yield process


@pytest.fixture(scope="module")
def attempts(folder, forge, authority):
    """By the scheme and the expected status."""
    def certificate(name):
        made = Identity(folder, name, f"/CN={name}", authority, f"URI:spiffe://test/{name}")
        return {"certificate": {"certPath": str(made.certificate), "keyPath": str(made.key)}}

    key = lambda value: {"scheme": "ApiKey", "fields": {"api_key_value": value}}  # noqa: E731
    bearer = lambda value: {"scheme": "Bearer", "fields": {"auth-bearer-value": value}}  # noqa: E731
    basic = lambda user, password: {"scheme": "Basic", "fields": {  # noqa: E731
        "auth-basic-username": user, "auth-basic-password": password}}
    signature = forge.token().rsplit(".", 1)
    return {
        "key-200": key(KEYS["shop1"]), "key-401": key(KEYS["nobody"]), "key-403": key(KEYS["other"]),
        "bearer-key-200": bearer(KEYS["shop1"]), "bearer-key-401": bearer(KEYS["nobody"]), "bearer-key-403": bearer(KEYS["other"]),
        "token-200": bearer(forge.token()), "token-401": bearer(f"{signature[0]}.{signature[1][::-1]}"),
        "token-403": bearer(forge.token(forge.claims(sub="bob"))),
        "basic-200": basic("ann", PASSWORD), "basic-401": basic("ann", "wrong-" + PASSWORD), "basic-403": basic("bob", PASSWORD),
        "certificate-200": certificate("shop"), "certificate-401": {}, "certificate-403": certificate("stranger"),
    }


NAMES = [f"{scheme}-{status}" for scheme in ("key", "bearer-key", "token", "basic", "certificate") for status in (200, 401, 403)]
TYPED = [name for name in NAMES if not name.startswith("certificate")]
ACCEPTED = [name for name in TYPED if name.endswith("200")]
CODES = {200: None, 401: "Unauthorized", 403: "Forbidden"}


@pytest.fixture(scope="module")
def seen(gateway, attempts):
    """The output of authorize.mjs."""
    install()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(["node", MODULES / "authorize.mjs", gateway.url.rstrip("/") + "/swagger/", SCREENSHOTS],
                         input=json.dumps(attempts), capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr + run.stdout
    return json.loads(run.stdout)


def secrets_of(attempt):
    """The values typed that are secret."""
    return [value for identifier, value in attempt["fields"].items() if identifier != "auth-basic-username"]


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_the_caller(seen, name):
    status = int(name.rsplit("-", 1)[1])
    assert seen[name]["sent"]["status"] == status, seen[name]
    assert seen[name]["sent"].get("code") == CODES[status]


@pytest.mark.parametrize("name", ACCEPTED)
def test_credentials_end_with_the_logout(seen, name):
    assert seen[name]["afterLogout"]["status"] == 401


def test_credentials_end_with_the_page(seen):
    assert seen["basic-200"]["afterReload"]["status"] == 401


@pytest.mark.parametrize("name", TYPED)
def test_no_secret_remains_in_the_browser_or_on_the_page(seen, attempts, name):
    for secret in secrets_of(attempts[name]):
        assert secret not in seen[name]["remains"]


@pytest.mark.parametrize("name", TYPED)
def test_the_curl_command_names_the_header_without_the_secret(seen, attempts, name):
    expected = {"ApiKey": "X-API-Key: YOUR_API_KEY", "Bearer": "Authorization: Bearer YOUR_CREDENTIALS",
                "Basic": "Authorization: Basic YOUR_CREDENTIALS"}[attempts[name]["scheme"]]
    assert expected in seen[name]["curl"]


def test_the_dialog_has_every_scheme_and_requires_no_certificate(seen):
    assert [heading.split()[0] for heading in seen["schemes"]] == ["ApiKey", "Bearer", "Basic", "ClientCertificate"]
    assert "is required" not in seen["dialog"]
