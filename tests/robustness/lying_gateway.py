"""A gateway that lies: it sits between the load program and the real gateway, and answers one in every few
requests wrongly. These test the tests: each lie must be found."""

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


class LyingGateway(LoopThread):
    """A context manager; `lie` names one of the methods below, `url` is where to send records to. The
    gateway behind it never hears of the records of an `invents`, and hears twice of those of `repeats`."""

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
        far_reader, far_writer = await asyncio.open_connection(*self._target)

        async def forward(request):
            far_writer.write(request)
            return b"".join(await _read(far_reader))

        with contextlib.suppress(OSError, EOFError):
            while True:
                head, body = await _read(reader)
                if next(self._requests) % self.EVERY:
                    writer.write(await forward(head + body))
                else:
                    self.told += 1
                    writer.write(await self._lie(head, body, forward))
        for end in (writer, far_writer):
            end.transport.abort()

    @staticmethod
    async def invents(_head, body, _forward):
        """A 200 at once, with a plausible offset."""
        records = json.loads(body)
        stored = {"status": "Success", "partition": 0, "offset": 3}
        if isinstance(records, dict):
            return _answer(200, "OK", stored)
        return _answer(200, "OK", {
            "status": "Success", "total": len(records), "succeeded": len(records), "failed": 0,
            "results": [{"index": i, **stored} for i in range(len(records))]})

    @staticmethod
    async def denies(head, body, forward):
        """A stored record is called NotPersisted."""
        await forward(head + body)
        return _answer(504, "Gateway Timeout", {"status": 504, "persistence": "NotPersisted"})

    @staticmethod
    async def repeats(head, body, forward):
        """Sends the same records twice, like an internal retry."""
        await forward(head + body)
        return await forward(head + body)

    @staticmethod
    async def shifts(head, body, forward):
        """Stored, but the offset is one off."""
        status, _, data = (await forward(head + body)).partition(b"\r\n\r\n")
        answer = json.loads(data)
        for result in answer.get("results", [answer]):
            result["offset"] += 1
        assert b" 200 " in status, status
        return _answer(200, "OK", answer)

    @staticmethod
    async def reverses(head, body, forward):
        """Sends the records of a batch in reverse order, but reports them in the original order."""
        records = json.loads(body)
        if isinstance(records, dict):
            return await forward(head + body)
        turned = json.dumps(records[::-1]).encode().ljust(len(body))
        _, _, data = (await forward(head + turned)).partition(b"\r\n\r\n")
        answer = json.loads(data)
        answer["results"] = [{**result, "index": i} for i, result in enumerate(answer["results"][::-1])]
        return _answer(200, "OK", answer)
