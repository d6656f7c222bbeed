"""A gateway that lies: it stands between the load program and the real gateway, and answers one in EVERY
requests wrongly. It tests the tests, which must find each lie."""

import asyncio
import contextlib
import itertools
import json
import urllib.parse

from loop_thread import LoopThread


async def _read(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if line)
    return head, await reader.readexactly(int(fields["content-length"]))


def _answer(status, reason, body):
    data = json.dumps(body).encode()
    return (f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n").encode() + data


class _Far:
    """A connection to the real gateway."""

    def __init__(self, reader, writer):
        self.writer = writer
        self.postponed = []
        self._reader = reader

    async def send(self, request):
        """Forwards the request and returns the answer; then forwards postponed requests."""
        self.writer.write(request)
        answer = b"".join(await _read(self._reader))
        while self.postponed:
            self.writer.write(self.postponed.pop())
            await _read(self._reader)
        return answer


class LyingGateway(LoopThread):
    """A context manager. `lie` names one of the methods below; records are sent to its `url`. With `invents` the
    real gateway never gets the record, and with `repeats` it gets it twice."""

    EVERY = 7

    def __init__(self, url, lie):
        super().__init__()
        parts = urllib.parse.urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._lie = getattr(self, lie)
        self._requests = itertools.count(1)
        self.told = 0

    async def _begin(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]

    async def _end(self):
        self._server.close()

    async def _serve(self, reader, writer):
        far = _Far(*await asyncio.open_connection(*self._target))
        with contextlib.suppress(OSError, EOFError):
            while True:
                head, body = await _read(reader)
                if next(self._requests) % self.EVERY:
                    writer.write(await far.send(head + body))
                else:
                    self.told += 1
                    writer.write(await self._lie(head, body, far))
        for end in (writer, far.writer):
            end.transport.abort()

    @staticmethod
    async def invents(_head, body, _far):
        """Answers 200 at once, with a plausible offset."""
        records = json.loads(body)
        stored = {"status": "Success", "partition": 0, "offset": 3}
        if isinstance(records, dict):
            return _answer(200, "OK", stored)
        return _answer(200, "OK", {
            "status": "Success", "total": len(records), "succeeded": len(records), "failed": 0,
            "results": [{"index": i, **stored} for i in range(len(records))]})

    @staticmethod
    async def denies(head, body, far):
        """Says NotPersisted of a stored record."""
        await far.send(head + body)
        return _answer(504, "Gateway Timeout", {"status": 504, "persistence": "NotPersisted"})

    @staticmethod
    async def repeats(head, body, far):
        """Sends the same records twice, like an internal retry."""
        await far.send(head + body)
        return await far.send(head + body)

    @staticmethod
    async def shifts(head, body, far):
        """Stores the record, but answers with an offset that is one too high."""
        status, _, data = (await far.send(head + body)).partition(b"\r\n\r\n")
        answer = json.loads(data)
        for result in answer.get("results", [answer]):
            result["offset"] += 1
        assert b" 200 " in status, status
        return _answer(200, "OK", answer)

    @staticmethod
    async def postpones(head, body, far):
        """Says that the outcome of a record is unknown, and stores it after the records of the next request."""
        far.postponed.append(head + body)
        return _answer(504, "Gateway Timeout", {"status": 504, "persistence": "PossiblyPersisted"})

    @staticmethod
    async def reverses(head, body, far):
        """Sends the records of a batch in reverse order, but reports them in the original order."""
        records = json.loads(body)
        if isinstance(records, dict):
            return await far.send(head + body)
        turned = json.dumps(records[::-1]).encode().ljust(len(body))
        _, _, data = (await far.send(head + turned)).partition(b"\r\n\r\n")
        answer = json.loads(data)
        answer["results"] = [{**result, "index": i} for i, result in enumerate(answer["results"][::-1])]
        return _answer(200, "OK", answer)
