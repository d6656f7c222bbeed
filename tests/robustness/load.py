#!/usr/bin/env python3
"""The load program: many keep-alive connections that send records, each once, and write down the answers.
It runs as a separate process, so that the test's work does not delay it.

    load.py --url http://127.0.0.1:8080 --topic t --ledger FILE

It ends when its standard input ends or asks it to: it sends no new request, and waits for outstanding answers.
Each line of the ledger is a request that was answered, or given up; `ledger.py` reads it. The program never
sends a failed record again: a retry would be another record.
"""

import argparse
import asyncio
import itertools
import json
import pathlib
import random
import ssl
import sys
import time
import urllib.parse

BATCH = 20
# The kinds of requests, of which each connection sends one repeatedly; and the kinds that have many records per
# request. `async` is a batch that asks for an answer before its records are stored.
KINDS = ("single", "batch", "raw", "lines", "async")
MANY = ("batch", "lines", "async")
# A connection whose kind begins with this sends so many requests at once and then reads their answers.
PIPELINES = "piped-"
DEPTH = 6
KEYS = 5
ASYNC_RATE = 10  # requests per second at most
SMALL, LARGE = 100, 3000  # librdkafka copies small values, and refers to large ones
LATE = 0.01  # seconds; a wake-up that is later than this is recorded
ANSWER_SECONDS = 60  # after the deadline; then the program gives the request up


class MalformedAnswer(Exception):
    """An answer that violates the contract."""


class Client:
    """Uses one connection at a time. Numbers the records of a connection in sequence."""

    _requests = itertools.count()

    def __init__(self, number, kind, deadline_ms, options, write):
        self._name = f"c{number}"
        self._kind = kind.removeprefix(PIPELINES)
        self._depth = DEPTH if kind.startswith(PIPELINES) else 1
        self._deadline_ms = deadline_ms
        self._options = options
        self._write = write
        # Only a rate limits `async`: its answers do not wait for Kafka.
        rate = min(options.rate or ASYNC_RATE, ASYNC_RATE) if self._kind == "async" else options.rate
        self._interval = self._depth / rate if rate else 0
        self._random = random.Random(number)
        self._connections = itertools.count()
        self._connection = None
        self._sequence = 0
        self._reader = self._writer = None
        self._closed = False  # closed by the gateway, and announced in the answer
        self._left = 0  # requests until the client closes the connection; without --reconnect it never does

    async def run(self, stopped):
        due = time.monotonic() + self._random.random() * self._interval
        while not stopped.is_set():
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
                continue
            due = max(due, time.monotonic() - 1) + self._interval
            if self._writer is None and not await self._connect():
                await asyncio.sleep(0.02)
                continue
            # After a refusal because of a limit, wait a little, to avoid a flood of refusals.
            if not {0, 404, 429, 503}.isdisjoint(await self._send()):
                await asyncio.sleep(0.05 + 0.05 * self._random.random())
            if self._options.reconnect and self._left <= 0:
                self._close()
        self._close()

    async def _connect(self):
        try:
            self._reader, self._writer = await asyncio.open_connection(
                *self._options.address, ssl=self._options.tls)
        except OSError:
            return False
        self._left = self._options.reconnect
        self._connection = f"{self._name}.{next(self._connections)}"
        self._closed = False
        self._sequence = 0
        return True

    def _close(self):
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None

    def _records(self):
        key = self._key()
        for _ in range(BATCH if self._kind in MANY else 1):
            self._sequence += 1
            yield {
                "id": f"{self._connection}-{self._sequence}",
                "sequence": self._sequence,
                "key": key,
                "size": LARGE if self._random.random() < 0.05 else SMALL,
            }
            if self._kind != "lines":  # the lines of a request share its key
                key = self._key()

    def _key(self):
        number = self._random.randrange(KEYS + 1)
        return None if number == KEYS else f"{self._name}/{number}"

    def _encode(self, records):
        topic = self._options.topic
        values = [record["id"].ljust(record["size"], ".") for record in records]
        if self._kind in ("raw", "lines"):
            target = f"/api/kafka/topics/{topic}"
            if records[0]["key"] is not None:
                target += "?key=" + urllib.parse.quote(records[0]["key"], safe="")
            media_type = "application/x-ndjson" if self._kind == "lines" else "text/plain"
            body = "\n".join(values).encode()
        else:
            bodies = [{"topic": topic, "key": record["key"], "value": value}
                      for record, value in zip(records, values)]
            target = "/api/kafka/send/batch" if self._kind in MANY else "/api/kafka/send"
            media_type = "application/json"
            body = json.dumps(bodies if self._kind in MANY else bodies[0]).encode()
        more = f"Request-Timeout-Ms: {self._deadline_ms}\r\n" if self._deadline_ms else ""
        if self._kind == "async":
            more += "Prefer: respond-async\r\n"
        if self._options.key_file:
            more += f"X-API-Key: {self._options.key_file.read_text()}\r\n"
        return (f"POST {target} HTTP/1.1\r\nHost: gateway\r\nContent-Type: {media_type}\r\n{more}"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    async def _send(self):
        """The statuses; 0 if there was no answer, and then the connection is closed."""
        requests = [list(self._records()) for _ in range(self._depth)]
        data = b"".join(map(self._encode, requests))
        self._left -= len(requests)
        began = sent = time.monotonic()
        self._writer.write(data)
        statuses = []
        for records in requests:
            line = {"topic": self._options.topic, "connection": self._connection,
                    "request": next(self._requests), "kind": self._kind,
                    "deadlineMs": self._deadline_ms, "sent": sent, "began": began}
            line |= await self._take_answer(records)
            self._write(line)
            statuses.append(line["status"])
            began = line["answered"] or began
        return statuses

    async def _take_answer(self, records):
        """The outcome of the oldest request without an answer."""
        if self._writer is None:
            # The server does not process requests after an answer with `Connection: close` (RFC 9112, 9.6).
            fate = "NotPersisted" if self._closed else "Unanswered"
            return {"answered": None, "status": 0, "records": [record | {"fate": fate} for record in records]}
        try:
            limit = (self._deadline_ms or 30_000) / 1000 + ANSWER_SECONDS
            status, fields, body = await asyncio.wait_for(self._read_answer(), limit)
        except (OSError, EOFError, TimeoutError, asyncio.TimeoutError) as error:
            self._close()
            return {"answered": None, "status": 0, "why": repr(error),
                    "records": [record | {"fate": "Unanswered"} for record in records]}
        answered = time.monotonic()
        if fields.get("connection", "").lower() == "close":
            self._closed = True
            self._close()
        try:
            if status == 503 and not fields.get("retry-after", "").isdigit():
                raise MalformedAnswer("503 without Retry-After")
            fates = list(read_fates(self._kind, status, body, len(records)))
        except (ValueError, KeyError, TypeError, MalformedAnswer) as error:
            self._write({"fault": f"{error!r}: {status} {body[:2000]!r}"})
            fates = [{"fate": "PossiblyPersisted"} for _ in records]
        return {"answered": answered, "status": status,
                "records": [record | fate for record, fate in zip(records, fates)]}

    async def _read_answer(self):
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {}
        for text in head[1:-2]:
            name, _, value = text.partition(":")
            fields[name.lower()] = value.strip()
        body = await self._reader.readexactly(int(fields["content-length"]))
        return int(head[0].split(" ", 2)[1]), fields, body


def read_fates(kind, status, body, count):
    """The outcome of each record in an answer."""
    many = kind in MANY
    answer = json.loads(body)
    if status == 202:
        if kind != "async" or answer != {"status": "Accepted", "total": count}:
            raise MalformedAnswer("nobody asked for this 202")
        yield from ({"fate": "Accepted"} for _ in range(count))
    elif "results" in answer:
        if not many:
            raise MalformedAnswer("results for one record")
        results = answer["results"]
        if [result["index"] for result in results] != list(range(count)):
            raise MalformedAnswer("not one result for each record, in order")
        succeeded = sum(result["status"] == "Success" for result in results)
        if (answer["total"], answer["succeeded"], answer["failed"]) != (
                count, succeeded, count - succeeded):
            raise MalformedAnswer("the counts do not add up")
        if (status == 200) != (succeeded == count) or (status == 207) != (0 < succeeded < count):
            raise MalformedAnswer("the status does not fit the results")
        yield from (_fate(result, result.get("error")) for result in results)
    else:
        if (status == 200) != (answer["status"] == "Success"):
            raise MalformedAnswer("the status does not fit the body")
        if many and status == 200:
            raise MalformedAnswer("no results")
        yield from (_fate(answer, answer) for _ in range(count))


def _fate(result, problem):
    if result["status"] == "Success":
        return {"fate": "Stored", "partition": result["partition"], "offset": result["offset"]}
    if problem["persistence"] not in ("NotPersisted", "PossiblyPersisted"):
        raise MalformedAnswer("no such persistence")
    return {"fate": problem["persistence"], "order_gap": result.get("orderGap", False)}


async def watch_clock(write, stopped):
    """Measures how late this process wakes up, because that makes answers seem late that were not."""
    while not stopped.is_set():
        asleep = time.monotonic()
        await asyncio.sleep(LATE)
        now = time.monotonic()
        if now - asleep > 2 * LATE:
            write({"at": now, "oversleep": now - asleep - LATE})


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--kinds", default="single=24,batch=8", help="how many connections send what")
    parser.add_argument("--rate", type=float, default=0, help="requests a second and connection; 0: no limit")
    parser.add_argument("--deadlines", default="0", help="in ms, dealt out in turn; 0: the gateway's own")
    parser.add_argument("--authority", help="of the gateway's certificate, for a URL with https")
    parser.add_argument("--key-file", type=pathlib.Path, help="has the API key; read again for each request")
    parser.add_argument("--reconnect", type=int, default=0, help="a new connection after so many requests; 0: never")
    options = parser.parse_args()
    address = urllib.parse.urlsplit(options.url)
    options.tls = ssl.create_default_context(cafile=options.authority) if address.scheme == "https" else None
    options.address = (address.hostname, address.port)
    deadlines = [int(text) for text in options.deadlines.split(",")]

    with open(options.ledger, "w", encoding="utf-8", buffering=1) as ledger:
        def write(entry):
            ledger.write(json.dumps(entry) + "\n")

        stopped = asyncio.Event()
        kinds = []
        for part in options.kinds.split(","):
            kind, _, count = part.partition("=")
            if kind.removeprefix(PIPELINES) not in KINDS:
                parser.error(f"no such kind: {kind}")
            kinds += [kind] * int(count)
        clients = [Client(i, kind, deadlines[i % len(deadlines)], options, write)
                   for i, kind in enumerate(kinds)]
        tasks = [asyncio.create_task(client.run(stopped)) for client in clients]
        tasks.append(asyncio.create_task(watch_clock(write, stopped)))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        stopped.set()
        await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main())
