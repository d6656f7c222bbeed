"""HTTP/1.1 on the wire, for a strict and suspicious client.

`Wire` sends bytes unchanged and reads answers one by one. It trusts nothing: an answer that violates RFC 9112,
or an unexpected byte, is an AssertionError.
"""

import dataclasses
import email.utils
import json
import re
import socket
import time

TIMEOUT_SECONDS = 15

_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t -~]*\Z")
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t -~\x80-\xff]*)\Z")
_IMF_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d GMT\Z")


@dataclasses.dataclass
class Answer:
    status: int
    fields: list
    body: bytes = b""

    def field(self, name):
        """The value of the only field of that name, or None."""
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} is there {len(found)} times: {self}"
        return found[0] if found else None

    def closes(self):
        return (self.field("Connection") or "").lower() == "close"

    def problem(self):
        """The name of the answer's problem: the last segment of the document's `type`."""
        return json.loads(self.body)["type"].rsplit("/", 1)[-1] if self.body else ""


class Wire:
    def __init__(self, address, tls=None):
        self._socket = socket.create_connection(address, TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname="localhost",
                                           suppress_ragged_eofs=False)
        self._unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data):
        """Sends bytes. Returns False if the server had already closed, which the reader has to judge."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def end(self):
        """Half-closes the connection: sends nothing more."""
        self._socket.shutdown(socket.SHUT_WR)

    def answer(self, to_head=False):
        """The next answer; None if the connection ended instead. `to_head`: True if it answers a HEAD request,
        or a function that decides this from the head of the answer."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head[:-4].split(b"\r\n")
        status_line = _STATUS_LINE.match(lines[0])
        assert status_line, f"not a status line: {lines[0]!r}"
        fields = []
        for line in lines[1:]:
            field = _FIELD_LINE.match(line)
            assert field, f"not a field line: {line!r}"
            fields.append((field[1].decode(), field[2].decode("latin-1")))
        answer = Answer(int(status_line[1]), fields)
        length = answer.field("Content-Length")
        assert answer.field("Transfer-Encoding") is None, answer
        if answer.status < 200 or answer.status in (204, 304):
            assert length is None, answer
        else:
            assert length is not None and length.isdigit(), answer
            if not (to_head(answer) if callable(to_head) else to_head):
                answer.body = self._exactly(int(length))
        return answer

    def to_the_end(self):
        """All bytes until the server closes."""
        while part := self._receive():
            self._unread += part
        return self._unread

    def silent_for(self, seconds):
        """True if no byte arrives and the connection stays open."""
        assert not self._unread, f"unasked for: {self._unread!r}"
        self._socket.settimeout(seconds)
        try:
            return self._receive() is None
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(TIMEOUT_SECONDS)

    def ended(self):
        """True if the server closes in time without another byte."""
        return not self._unread and not self._receive()

    def _receive(self):
        try:
            return self._socket.recv(65536)
        except ConnectionResetError:
            raise AssertionError("the connection was reset, which may cost the client an answer") from None

    def _until(self, mark):
        while mark not in self._unread:
            part = self._receive()
            if not part:
                assert not self._unread, f"the connection ended within an answer: {self._unread!r}"
                return None
            self._unread += part
        end = self._unread.index(mark) + len(mark)
        taken, self._unread = self._unread[:end], self._unread[end:]
        return taken

    def _exactly(self, size):
        while len(self._unread) < size:
            part = self._receive()
            assert part, f"the connection ended {size - len(self._unread)} bytes early"
            self._unread += part
        taken, self._unread = self._unread[:size], self._unread[size:]
        return taken


class Recording(Wire):
    """Reads answers from received bytes."""

    def __init__(self, received):  # pylint: disable=super-init-not-called
        self._unread = received

    def _receive(self):
        return b""


def check_answer(answer, to_head=False):
    """Checks what must be true of every final answer of the gateway."""
    date = answer.field("Date")
    assert date and _IMF_FIXDATE.match(date), answer
    assert abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time()) < 60, answer
    request_id = answer.field("X-Request-Id")
    assert request_id, answer
    if answer.status < 400:
        return
    assert answer.field("Content-Type") == "application/problem+json", answer
    if to_head:
        return
    document = json.loads(answer.body)
    assert document["status"] == answer.status, document
    assert re.fullmatch(r"/problems/[a-z-]+", document["type"]), document
    for member in ("title", "detail", "code"):
        assert document[member], document
    assert isinstance(document["retriable"], bool), document
    assert document["persistence"] in ("NotPersisted", "PossiblyPersisted"), document
    assert document["requestId"] == request_id, document
    if answer.status == 405:
        assert answer.field("Allow"), answer
    if answer.status == 503:
        assert answer.field("Retry-After"), answer
