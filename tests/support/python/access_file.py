"""Access files for tests. The keys are generated here, so that a test knows their secrets."""

import base64
import hashlib
import json
import os
import secrets


def new_key(identifier):
    return f"kgw_{identifier}_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


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
