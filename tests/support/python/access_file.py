"""Access files for tests, and credentials for them: a test knows the secrets."""

import base64
import hashlib
import json
import os
import secrets
import subprocess

from gateway_process import binary


def new_key(identifier):
    return f"kgw_{identifier}_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def hash_password(password):
    """Asks the gateway's own command."""
    return subprocess.run([binary(), "access", "hash-password"], input=password + "\n", capture_output=True, text=True,
                          timeout=30, check=True).stdout.strip()


def basic(user, password):
    """The value of Authorization."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def entry(key, principal, **members):
    return {"Id": key.split("_")[1], "Sha256": hashlib.sha256(key.encode()).hexdigest(), "Principal": principal,
            **members}


def rule(principals, topics, *operations):
    return {"Principals": principals.split(), "Topics": topics.split(), "Operations": list(operations or ["Write"])}


def rate(principals, **limits):
    return {"Principals": principals.split(), **limits}


def write(path, **sections):
    """Replaces the file as a whole, as an operator should. Writes `text` unchanged if it is given."""
    text = sections.pop("text", None) or json.dumps(sections, indent=1)
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)
