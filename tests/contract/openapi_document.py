"""openapi/openapi.json for tests: its operations, its examples, and whether it documents an answer."""

import json
import pathlib
import re

import jsonschema
import referencing
import referencing.jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class OpenApiDocument:
    _URI = "urn:openapi"

    def __init__(self, path=ROOT / "openapi" / "openapi.json"):
        self.content = json.loads(path.read_text(encoding="utf-8"))
        resource = referencing.Resource(self.content, referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource(self._URI, resource)

    def operations(self):
        """Each (method, path template, operation)."""
        for template, item in self.content["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), template, item[method]

    def find(self, method, target):
        """The operation of a request, or None. A literal path takes precedence over one with a parameter."""
        path = target.partition("?")[0]
        matches = []
        for candidate, template, operation in self.operations():
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
            if candidate == method and re.fullmatch(pattern, path):
                matches.append((template.count("{"), operation))
        return min(matches, key=lambda match: match[0])[1] if matches else None

    def problem_names(self):
        """The names of the problem pages."""
        parameters = self.content["paths"]["/problems/{name}"]["get"]["parameters"]
        return next(one["schema"]["enum"] for one in parameters if one.get("name") == "name")

    def resolve(self, node):
        """`node`, or the target of its $ref."""
        while "$ref" in node:
            parts = node["$ref"].removeprefix("#/").split("/")
            node = self.content
            for part in parts:
                node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def faults(self, schema, value):
        """The errors of `value`, as sentences."""
        validator = jsonschema.Draft202012Validator(
            self._absolute(schema), registry=self._registry,
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def check(self, method, target, answer):
        """Fails unless `answer` (status, headers, body) is one that the operation documents."""
        operation = self.find(method, target)
        assert operation, f"{method} {target} is not in the document"
        where = f"{operation['operationId']} answered {answer.status}: {answer.body[:600]!r}"
        documented = operation["responses"].get(str(answer.status))
        assert documented, f"a status that is not in the document; {where}"
        documented = self.resolve(documented)
        self._check_headers(documented, answer, where)
        self._check_body(documented, answer, where)

    def _check_headers(self, documented, answer, where):
        for name, header in documented.get("headers", {}).items():
            header = self.resolve(header)
            value = answer.headers.get(name)
            if value is None:
                assert not header.get("required"), f"no {name}; {where}"
                continue
            schema = self.resolve(header["schema"])
            if schema.get("type") == "integer":
                assert re.fullmatch("-?[0-9]+", value), f"{name}: {value}; {where}"
                value = int(value)
            assert not self.faults(schema, value), f"{name}: {value}; {where}"

    def _check_body(self, documented, answer, where):
        content = documented.get("content")
        if not content:
            assert answer.body == b"", f"a body where the document has none; {where}"
            return
        sent = media_type(answer.headers.get("Content-Type"))
        bodies = {media_type(name): body for name, body in content.items()}
        assert sent in bodies, f"the media type {sent} is not in the document; {where}"
        faults = []
        if "x-itemSchema" in bodies[sent]:
            for line in answer.body.splitlines():
                faults += self.faults(bodies[sent]["x-itemSchema"], json.loads(line))
        elif sent.endswith("json"):
            faults = self.faults(bodies[sent]["schema"], json.loads(answer.body))
        assert not faults, "\n".join([where, *faults])

    def _absolute(self, schema):
        """Rewrites references of the document so that a validator of a single schema resolves them."""
        text = json.dumps(schema).replace('"$ref": "#/', f'"$ref": "{self._URI}#/')
        return json.loads(text)


def media_type(content_type):
    return (content_type or "").partition(";")[0].strip().lower()
