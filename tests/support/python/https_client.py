"""A client of a gateway with TLS."""

import http.client
import json
import ssl

from gateway_process import Response


class Https:
    """Requests with a certificate or without, each on a connection of its own unless kept."""

    def __init__(self, gateway, authority, identity=None):
        self._address = tuple(gateway.url.removeprefix("https://").rstrip("/").split(":"))
        self._context = ssl.create_default_context(cafile=authority.certificate)
        if identity:
            self._context.load_cert_chain(identity.certificate, identity.key)
        self._connection = None

    def send(self, topic="orders", headers=None):
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(*self._address, context=self._context, timeout=20)
        self._connection.request("POST", "/api/kafka/send", json.dumps({"topic": topic, "value": 1}),
                                 {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
