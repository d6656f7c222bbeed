"""Requests of clients and the expected answers: RFC 9112, RFC 9110, and known ways to make servers and proxies
disagree about where a request ends.

Each sample is data: bytes to send, expected answers, and the state of the connection afterwards.

  OPEN     it is open, and the next byte is the start of a new request
  CLOSED   the server closes it after the last expected answer, which has `Connection: close`
  WAITING  it is open without further answers: the last request is not complete

In `pieces`, CONTINUE waits for the server's 100 before sending more. `answers` are the final ones; those
to HEAD are written HEAD(200). `llhttp` says why Node's parser may refuse bytes that the gateway accepts.
"""

import dataclasses
import json

OPEN, CLOSED, WAITING = "open", "closed", "waiting"
CONTINUE = object()

LIVE = "/health/live"  # 200 for any body: for samples in which the route does not matter
SEND = "/api/kafka/send"
RECORD = json.dumps({"topic": "edge", "value": "v"}).encode()
TYPE = "Content-Type: application/json"


class HEAD(int):
    """The status of an answer that must have no body."""


@dataclasses.dataclass
class Sample:
    name: str
    pieces: list
    answers: list
    state: str
    fields: dict  # of the last answer; None: must be absent
    plain_only: bool
    whole: bool  # do not send byte by byte: too long, or the pieces matter
    llhttp: str


SAMPLES = []


def sample(name, data, answers, state, *, fields=None, plain_only=False, whole=False, llhttp=""):
    pieces = data if isinstance(data, list) else [data]
    answers = answers if isinstance(answers, list) else [answers]
    size = sum(len(piece) for piece in pieces if piece is not CONTINUE)
    SAMPLES.append(Sample(name, pieces, answers, state, fields or {}, plain_only,
                          whole or size > 3000 or CONTINUE in pieces, llhttp))


def block(*lines):
    return b"".join((line.encode("latin-1") if isinstance(line, str) else line) + b"\r\n"
                    for line in lines) + b"\r\n"


def get(*fields, target=LIVE, host="h", method="GET", version="HTTP/1.1"):
    hosts = [] if host is None else [f"Host: {host}"]
    return block(f"{method} {target} {version}", *hosts, *fields)


def post(body, *fields, target=LIVE, length=None, version="HTTP/1.1", method="GET"):
    """A request with a body. GET: its route reads and ignores it."""
    length = len(body) if length is None else length
    return get(f"Content-Length: {length}", *fields, target=target, method=method,
               version=version) + body


def chunked(body, *fields, target=LIVE, coding="chunked", version="HTTP/1.1", method="GET"):
    return get(f"Transfer-Encoding: {coding}", *fields, target=target, method=method,
               version=version) + body


def send(body=RECORD, *fields):
    return post(body, TYPE, *fields, target=SEND, method="POST")


# The request that a smuggler hides: if the gateway answers it, two parties disagree.
HIDDEN = get(target="/hidden")
HELLO = b"5\r\nhello\r\n0\r\n\r\n"

# ---- valid requests -------------------------------------------------------------------------------

sample("one request", get(), 200, OPEN, fields={"Connection": None, "Content-Type": "application/json"})
sample("three pipelined", get() * 3, [200] * 3, OPEN)
sample("fifty pipelined", get() * 50, [200] * 50, OPEN, whole=True)
sample("pipelined of every framing", get() + send() + chunked(HELLO) + get(method="HEAD") + post(b"x"),
       [200, 200, 200, HEAD(200), 200], OPEN)
sample("pipelined with refusals between", get(target="/no") + get() + get(target=SEND) + get(),
       [404, 200, 405, 200], OPEN)
sample("pipelined with close in the middle", get() + get("Connection: close") + HIDDEN, [200, 200], CLOSED)
sample("pipelined behind a bad request", get() + get("Bad Name: x") + HIDDEN, [200, 400], CLOSED)
sample("a record", send(), 200, OPEN)
sample("a record in awkward pieces",
       [send()[:5], send()[5:60], send()[60:-1], send()[-1:] + get()[:1], get()[1:]], [200, 200], OPEN)
sample("a record in chunks of one byte",
       chunked(b"".join(b"1\r\n%c\r\n" % byte for byte in RECORD) + b"0\r\n\r\n", TYPE, target=SEND,
               method="POST"), 200, OPEN)
sample("a body that looks like a request", post(HIDDEN) + get(), [200, 200], OPEN)
sample("a chunk that looks like the end", chunked(b"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n") + get(), [200, 200], OPEN)
sample("an empty body", post(b"") + get(), [200, 200], OPEN)
sample("an empty chunked body", chunked(b"0\r\n\r\n") + get(), [200, 200], OPEN)
sample("a head that is not complete", get()[:-2], [], WAITING)
sample("a body that is not complete", post(b"hell", length=5), [], WAITING)
sample("a chunked body that is not complete", chunked(b"5\r\nhello\r\n0\r\n"), [], WAITING)
sample("an empty line before the request", b"\r\n" + get(), 200, OPEN)
sample("empty lines between requests", get() + b"\r\n\r\n" + get(), [200, 200], OPEN)
sample("too many empty lines", b"\r\n" * 9 + get(), 400, CLOSED)
sample("obs-text in a value", get("X-Name: caf\xe9 \x80\xff"), 200, OPEN)
sample("a tab in a value", get("X-Name: a\tb"), 200, OPEN)
sample("white space around a value", get("X-Name: \t a \t "), 200, OPEN)
sample("no white space before a value", block(f"GET {LIVE} HTTP/1.1", "Host:h"), 200, OPEN)
sample("an empty value", get("X-Name:"), 200, OPEN)
sample("field names in any case", block(f"GET {LIVE} HTTP/1.1", "hOST: h", "cONTENT-lENGTH: 1") + b"x" + get(),
       [200, 200], OPEN)
sample("every character of a token in a name", get("!#$%&'*+-.^_`|~09azAZ: x"), 200, OPEN)
sample("a query", get(target=LIVE + "?a=b&c=%20/?:@!$'()*+,;="), 200, OPEN)
sample("useless fields with nonsense in them",
       get("Date: yesterday", "Cookie: ===;;", "If-Modified-Since: x", "Range: bytes=-", "Accept: ///",
           "Content-Type: ;;;", "Authorization: x", "Content-Location: ??"), 200, OPEN)
sample("an Accept of nothing we have", get("Accept: image/png;q=0.1"), 200, OPEN)
sample("Upgrade to HTTP/2 is ignored",
       get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"), 200, OPEN,
       fields={"Upgrade": None})
sample("Upgrade to WebSocket is ignored",
       get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), 200,
       OPEN)
sample("TE is not Transfer-Encoding", get("TE: trailers, chunked") + get(), [200, 200], OPEN)
sample("names that only look like framing",
       get("Content_Length: 5", "Transfer_Encoding: chunked", "X-Content-Length: 5",
           "Transfer-Encodings: chunked", "ContentLength: 5") + get(), [200, 200], OPEN)

# ---- HEAD, OPTIONS, methods -----------------------------------------------------------------------

sample("HEAD", get(method="HEAD") + get(), [HEAD(200), 200], OPEN)
sample("HEAD of nothing", get(method="HEAD", target="/no") + get(), [HEAD(404), 200], OPEN)
sample("HEAD of a route that takes POST", get(method="HEAD", target=SEND) + get(), [HEAD(405), 200], OPEN)
sample("HEAD with a body", post(b"hello", method="HEAD") + get(), [HEAD(200), 200], OPEN)
sample("HEAD refused", get("Connection: close", "X Y: z", method="HEAD"), 400, CLOSED)
sample("OPTIONS of a route", get(method="OPTIONS"), 204, OPEN,
       fields={"Allow": "GET, HEAD, OPTIONS", "Content-Length": None})
sample("OPTIONS *", get(method="OPTIONS", target="*"), 204, OPEN,
       fields={"Allow": "GET, HEAD, POST, OPTIONS"})
sample("OPTIONS with a body", post(b"hello", method="OPTIONS") + get(), [204, 200], OPEN)
sample("OPTIONS of nothing", get(method="OPTIONS", target="/no"), 404, OPEN)
for _method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
    sample(f"{_method} of a route that takes GET", get(method=_method) + get(), [405, 200], OPEN)
sample("405 names the methods", get(method="PUT", target=SEND), 405, OPEN, fields={"Allow": "POST, OPTIONS"})
sample("a method nobody knows", get(method="FOO"), 501, CLOSED)
sample("methods are case-sensitive", get(method="get"), 501, CLOSED)
sample("a very long method", get(method="A" * 5000), 501, CLOSED)
for _method in ("", "GET\x00", "GE\tT", "G\xc9T", "GET(", "\x0bGET", " GET", "\tGET", '"GET"'):
    sample(f"method {_method!r}", get(method=_method), 400, CLOSED)
sample("CONNECT", get(method="CONNECT", target="h:443", host="h:443"), 405, CLOSED)
sample("CONNECT with what might be a body or a tunnel",
       post(HIDDEN, method="CONNECT", target="h:443"), 405, CLOSED)

# ---- request line, target, version ----------------------------------------------------------------

for _line in (f"GET  {LIVE} HTTP/1.1", f"GET {LIVE}  HTTP/1.1", f"GET\t{LIVE}\tHTTP/1.1",
              f"GET {LIVE} HTTP/1.1 ", f"GET {LIVE} x HTTP/1.1", f"GET {LIVE}", "GET", "GET HTTP/1.1",
              "GET  HTTP/1.1", f"GET {LIVE} http/1.1", f"GET {LIVE} HTTP/1", f"GET {LIVE} HTTP/1.",
              f"GET {LIVE} HTTP/1.10", f"GET {LIVE} HTTP/01.1", f"GET {LIVE} HTTP/+1.1",
              f"GET {LIVE} HTTP/1,1", f"GET {LIVE} HTTP 1.1", f"GET {LIVE} HTTPS/1.1",
              f"GET {LIVE} HTTP/1.1\t", f"GET {LIVE} HTTP/1.1\x0b", f"GET {LIVE} HTTP/1.1\x00",
              f"GET {LIVE} HTTP/-1.1", f"GET {LIVE} HTTP/1.1.1", f"GET {LIVE} HTTP/a.b",
              f"GET\x0b{LIVE} HTTP/1.1", f"GET\xa0{LIVE} HTTP/1.1", "\x00", ":", "Host: h"):
    sample(f"request line {_line!r}", block(_line, "Host: h"), 400, CLOSED)
sample("HTTP/0.9", b"GET /\r\n\r\n", 400, CLOSED)
sample("HTTP/0.9 with LF", b"GET /\n", 400, CLOSED)
for _version in ("HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"):
    sample(f"version {_version}", get(version=_version), 505, CLOSED)
sample("a later HTTP/1", get(version="HTTP/1.2"), 200, OPEN,
       llhttp="RFC 9110, 2.5: a higher minor version is served as the highest one known")
sample("HTTP/2 with prior knowledge",
       b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", 505, CLOSED)
sample("a TLS hello on the plain port",
       b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\xaa" * 154, 400, CLOSED, plain_only=True)
sample("a TLS hello on the plain port, its first byte", b"\x16", 400, CLOSED, plain_only=True)
sample("binary rubbish", bytes(range(256)), 400, CLOSED)

for _target in ("/a b", "/a\x00", "/a\x7f", "/\xe9", "/a#b", '/a"b', "/a<b>", "/a\\b", "/a^b", "/a`b",
                "/a{b}", "/a|b", "/%", "/%4", "/%zz", "/a%0", "h", "h/p", "*", "?q", "/a\tb", "/a\x0bb",
                "http:/health/live", "http://", "http:///health/live", "http://?q", "://h/", "ftp://h/",
                "httpx://h/", "http//h/", "http://h:99999/health/live", "http://h:8x/health/live",
                "http://u:p@h/health/live", "http://[::1/health/live", "http://h%/health/live"):
    sample(f"target {_target!r}", get(target=_target), 400, CLOSED)
for _target in ("//health/live", "/./health/live", "/health/live//", "/health//live", "/health/live%00",
                "/health%2flive", "/HEALTH/LIVE", "/health/live;x", "/../etc/passwd",
                "/swagger/../../etc/passwd", "/swagger/%2e%2e/%2e%2e/etc/passwd", "/[x]", "/a=b;c,d"):
    sample(f"path {_target!r} is nobody's", get(target=_target) + get(), [404, 200], OPEN)
sample("a slash too many", get(target="/health/live/") + get(), [308, 200], OPEN)
for _target in ("http://h/health/live", "HTTP://h/health/live", "https://h/health/live",
                "http://other:80/health/live", "http://h?q", "http://h", "http://[::1]:80/health/live",
                "http://h/health/live?x=http://y/"):
    sample(f"absolute target {_target!r}", get(target=_target), 200, OPEN)
sample("an absolute target needs Host all the same", get(target="http://h/health/live", host=None), 400, CLOSED)
sample("a target of 8192 bytes", get(target="/" + "a" * 8191), 404, OPEN)
sample("a target of 8193 bytes", get(target="/" + "a" * 8192), 414, CLOSED)
sample("a target of 20 KB", get(target="/" + "a" * 20000), 414, CLOSED)
sample("a target without end", b"GET /" + b"a" * 20000, 414, CLOSED)

# ---- Host -----------------------------------------------------------------------------------------

for _host in ("h", "h:80", "h:", "h:65535", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "[fe80::1]",
              "a-b.c_d.example", "%41", "", " h \t", "xn--bcher-kva.example", "[::ffff:127.0.0.1]"):
    sample(f"Host {_host!r}", get(host=_host), 200, OPEN)
for _host in ("h:65536", "h:99999999999", "h:-1", "h:+1", "h:8x", "h:80:80", "h h", "h/x", "u@h", "::1",
              "[::1", "::1]", "[]", "[x]", "[::1]x", "[::1]:x", "[::1]80", "[:::::]", "[1:2:3:4:5:6:7:8:9]", "%4",
              "%zz", "h, i", '"h"', "h\\i", "h?x", "h#x", "<h>", "h\xe9", "h\x00", "h\x7f", "http://h"):
    sample(f"Host {_host!r}", get(host=_host), 400, CLOSED)
sample("no Host", get(host=None), 400, CLOSED)
sample("two Hosts", get("Host: i"), 400, CLOSED)
sample("the same Host twice", get("Host: h"), 400, CLOSED)
sample("two Hosts in different case", get("hoST: i"), 400, CLOSED)
sample("Host with a space before the colon", block(f"GET {LIVE} HTTP/1.1", "Host : h"), 400, CLOSED)
sample("Host only folded", block(f"GET {LIVE} HTTP/1.1", "X: y", " Host: h"), 400, CLOSED)
sample("no Host in HTTP/1.0", get(host=None, version="HTTP/1.0"), 200, CLOSED)
sample("two Hosts in HTTP/1.0", get("Host: i", version="HTTP/1.0"), 400, CLOSED)

# ---- field lines ----------------------------------------------------------------------------------

for _field in ("X : y", "X\t: y", " X: y", "\tX: y", "X y: z", ": y", "X", "X;", "X\x00: y", "X\x0b: y", "X\xe9: y",
               "X(: y", "X/: y", '"X": y', "X=y", "X@: y", "X{}: y", "X\r: y", "X: y\r", "X: a\rb", "X: \x00",
               "X: a\x01b", "X: \x0b", "X: \x7f", "X: a\x1bb", "X: a\x08b"):
    sample(f"field {_field!r}", get(_field) + HIDDEN, 400, CLOSED)
sample("a bare LF ends the request line", get().replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"), 400, CLOSED)
sample("a bare LF ends a field", get("X: y").replace(b"y\r\n", b"y\n"), 400, CLOSED)
sample("a bare LF ends the head", get()[:-2] + b"\n" + HIDDEN, 400, CLOSED)
sample("LF everywhere", get().replace(b"\r\n", b"\n"), 400, CLOSED)
sample("a bare LF before the request", b"\n" + get(), 400, CLOSED)
sample("a bare CR before the request", b"\r" + get(), 400, CLOSED)
sample("CR everywhere", get().replace(b"\r\n", b"\r") + b"\r\n\r\n", 400, CLOSED)
sample("CR CR LF", get("X: y\r") + HIDDEN, 400, CLOSED)
sample("CR CR LF at the end of the head", get()[:-2] + b"\r\r\n" + HIDDEN, 400, CLOSED)
sample("LF CR at the end of the head", get()[:-2] + b"\n\r" + HIDDEN, 400, CLOSED)
sample("a folded field", get("X: a", " b"), 400, CLOSED)
sample("a folded field with a tab", get("X: a", "\tb"), 400, CLOSED)
sample("a fold of nothing", get("X: a", " "), 400, CLOSED)
sample("a fold behind the request line", block(f"GET {LIVE} HTTP/1.1", " Host: h", "Host: h"), 400, CLOSED)
sample("100 fields", get(*[f"X-{i}: y" for i in range(99)]), 200, OPEN)
sample("101 fields", get(*[f"X-{i}: y" for i in range(100)]), 431, CLOSED)
sample("2000 fields", get(*[f"X-{i}: y" for i in range(2000)]), 431, CLOSED)
sample("a head of 16 KB", get("X: " + "y" * (16384 - len(get("X: ")) + 2)), 200, OPEN)
sample("a head of 16 KB and a byte", get("X: " + "y" * (16384 - len(get("X: ")) + 3)), 431, CLOSED)
sample("a field of 20 KB", get("X: " + "y" * 20000), 431, CLOSED)
sample("a field without end", get()[:-2] + b"X: " + b"y" * 20000, 431, CLOSED)
sample("a field name of 20 KB", get("X" * 20000 + ": y"), 431, CLOSED)

# ---- Content-Length -------------------------------------------------------------------------------

for _length in ("5", "05", "0000000005", " 5 ", "\t5\t"):
    sample(f"Content-Length {_length!r}", get(f"Content-Length:{_length}") + b"hello" + get(), [200, 200], OPEN,
           llhttp="a tab is white space too: RFC 9110, 5.6.3" if "\t" in _length else "")
for _length in ("", "+5", "-5", "-0", "-1", "0x5", "5 5", "5, 5", "5,5", "5,", ",5", "5;", "5.0", "5e0", "5abc", "abc",
                "5\x00", "5\x0b", "\x0b5", "\x0c5", "5\xa0", "\xb2", '"5"', "1_0", "99999999999999999999",
                "18446744073709551616", "18446744073709551621", "9223372036854775808", "0" * 30 + "5", "5 ,5",
                "5, 6", "0, 5", "٥".encode().decode("latin-1")):
    sample(f"Content-Length {_length!r}", get(f"Content-Length: {_length}") + b"hello" + HIDDEN, 400, CLOSED)
sample("Content-Length with a space before the colon", get("Content-Length : 5") + b"hello", 400, CLOSED)
sample("Content-Length with a tab before the colon", get("Content-Length\t: 5") + b"hello", 400, CLOSED)
sample("Content-Length with NUL in its name", get("Content-Length\x00: 5") + b"hello", 400, CLOSED)
sample("Content-Length folded", get("Content-Length:", " 5") + b"hello", 400, CLOSED)
sample("Content-Length twice", get("Content-Length: 5", "Content-Length: 6") + b"hello" + HIDDEN, 400, CLOSED)
sample("the same Content-Length twice", get("Content-Length: 5", "Content-Length: 5") + b"hello", 400, CLOSED)
sample("Content-Length twice in different case", get("Content-Length: 0", "content-length: 5") + b"hello", 400,
       CLOSED)
sample("Content-Length behind a bare CR", get("X: y\rContent-Length: 5") + b"hello", 400, CLOSED)
sample("Content-Length behind a bare LF", get("X: y\nContent-Length: 5") + b"hello", 400, CLOSED)
sample("more body than Content-Length", post(b"helloGET", length=5), 200, WAITING)
sample("no body where one is due for the route", get(TYPE, target=SEND, method="POST"), 400, OPEN)
sample("Content-Length over the limit is refused at once", get("Content-Length: 10485761"), 413, CLOSED)
sample("Content-Length at the limit is not", get("Content-Length: 10485760"), [], WAITING)
sample("Content-Length of 18 digits", get("Content-Length: 999999999999999999"), 413, CLOSED)

# ---- Transfer-Encoding ----------------------------------------------------------------------------

for _coding in ("chunked", "Chunked", "CHUNKED", "chunked ", "\tchunked"):
    sample(f"Transfer-Encoding {_coding!r}", chunked(HELLO, coding=_coding) + get(), [200, 200], OPEN)
for _coding in ("chunked, chunked", "chunked,chunked", "xchunked", "chunkedx", "chunk", '"chunked"', "'chunked'",
                "chunked;q=1", "chunked;", "chunked,", ",chunked", "identity", "identity, chunked",
                "chunked, identity", "gzip", "gzip, chunked", "chunked, gzip", "deflate", "", ",", "cow", "chunked chunked",
                "\xa0chunked", "chunked\xa0", "[chunked]", "{chunked}", "chunked.", "chun ked"):
    sample(f"Transfer-Encoding {_coding!r}", chunked(HELLO, coding=_coding) + HIDDEN, 501, CLOSED)
for _coding in ("\x0bchunked", "chunked\x0b", "\x0cchunked", "\x00chunked", "chunked\x00", "chunked\x7f",
                "\rchunked", "chunked\r", "\nchunked"):
    sample(f"Transfer-Encoding {_coding!r}", chunked(HELLO, coding=_coding) + HIDDEN, 400, CLOSED)
for _field in ("Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked",
               "Transfer-Encoding\x00: chunked", "Transfer-Encoding\x0b: chunked", "Transfer Encoding: chunked",
               "\x0bTransfer-Encoding: chunked", "Transfer-Encoding", "X: y\rTransfer-Encoding: chunked",
               "X: y\nTransfer-Encoding: chunked", "Transfer-Encoding\r: chunked", "Transfer-Encoding:\r\n chunked",
               "Transfer-Encoding: chunked\r\n\tx", "Transfer-\xc9ncoding: chunked"):
    sample(f"field {_field!r}", get(_field) + HELLO + HIDDEN, 400, CLOSED)
    sample(f"field {_field!r} beside Content-Length", get("Content-Length: 15", _field) + HELLO + HIDDEN, 400,
           CLOSED)
sample("Transfer-Encoding twice", get("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + HELLO, 400,
       CLOSED)
sample("Transfer-Encoding and another", get("Transfer-Encoding: chunked", "Transfer-Encoding: identity") + HELLO,
       400, CLOSED)
sample("Transfer-Encoding behind another", get("Transfer-Encoding: identity", "transfer-encoding: chunked") + HELLO,
       400, CLOSED)
for _length in ("0", "5", "15", "1000"):
    sample(f"Content-Length {_length} and Transfer-Encoding",
           get(f"Content-Length: {_length}", "Transfer-Encoding: chunked") + HELLO + HIDDEN, 400, CLOSED)
    sample(f"Transfer-Encoding and Content-Length {_length}",
           get("Transfer-Encoding: chunked", f"Content-Length: {_length}") + HELLO + HIDDEN, 400, CLOSED)
sample("Content-Length and an unknown Transfer-Encoding",
       get("Content-Length: 5", "Transfer-Encoding: xchunked") + b"hello" + HIDDEN, 400, CLOSED)
sample("Content-Length and an empty Transfer-Encoding",
       get("Content-Length: 5", "Transfer-Encoding:") + b"hello" + HIDDEN, 400, CLOSED)
sample("Transfer-Encoding in HTTP/1.0", chunked(HELLO, version="HTTP/1.0") + HIDDEN, 400, CLOSED)
sample("Transfer-Encoding and Content-Length in HTTP/1.0",
       chunked(HELLO, "Content-Length: 15", "Connection: keep-alive", version="HTTP/1.0") + HIDDEN, 400, CLOSED)

# ---- chunks ---------------------------------------------------------------------------------------

for _size in (b"5", b"005", b"000000000000005", b"5;x", b"5;x=y", b'5;x="y;z"', b"5 ;x", b"5\t;x", b"5; x = y",
              b"5;", b"5;;", b'5;x="\xe9"'):
    sample(f"chunk size {_size!r}", chunked(_size + b"\r\nhello\r\n0\r\n\r\n") + get(), [200, 200], OPEN,
           llhttp="BWS and odd extensions: RFC 9112, 7.1.1 has a recipient ignore them"
           if _size in (b"5 ;x", b"5\t;x", b"5; x = y", b"5;", b"5;;", b'5;x="\xe9"') else "")
for _size in (b"", b" ", b" 5", b"\t5", b"5 ", b"5\t", b"5 5", b"0x5", b"0X5", b"+5", b"-5", b"x", b"g", b"5x", b"5,",
              b"5.", b"5_", b"5\x00", b"5\x0b", b"\x0b5", b"5\r", b"5;x\r", b"5;\x00", b"5;x\x01", b"5;\x7f", b"5:",
              b"ffffffffffffffff", b"10000000000000005", b"ffffffffffffffff5", b"8000000000000000", b"0" * 16 + b"5",
              b"5 x", b"5\xa0", b"\xb2"):
    sample(f"chunk size {_size!r}", chunked(_size + b"\r\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("hexadecimal sizes in either case", chunked(b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n") + get(),
       [200, 200], OPEN)
sample("a last chunk of several zeros", chunked(b"000\r\n\r\n") + get(), [200, 200], OPEN)
sample("a last chunk with an extension", chunked(b"0;x=y\r\n\r\n") + get(), [200, 200], OPEN)
sample("chunks in pieces everywhere",
       [chunked(b"5"), b"\r", b"\nhel", b"lo", b"\r", b"\n", b"0", b"\r", b"\n\r", b"\n" + get()], [200, 200], OPEN)
sample("a chunk size that ends with LF", chunked(b"5\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk that ends with LF", chunked(b"5\r\nhello\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk that ends with CR", chunked(b"5\r\nhello\r0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk that ends with nothing", chunked(b"5\r\nhello0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk that is too short", chunked(b"6\r\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk that is too long", chunked(b"4\r\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk extension that ends with LF", chunked(b"5;x\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a chunk extension that hides a line", chunked(b"5;\n4c\r\nhello\r\n0\r\n\r\n") + HIDDEN, 400, CLOSED)
sample("a body that ends with LF", chunked(b"0\r\n\n") + HIDDEN, 400, CLOSED)
sample("a body that ends with CR", chunked(b"0\r\n\r") + HIDDEN, 400, CLOSED)
sample("a last chunk that ends with LF", chunked(b"0\n\r\n") + HIDDEN, 400, CLOSED)
sample("trailers", chunked(b"5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n\r\n") + get(), [200, 200], OPEN)
sample("trailers in pieces", [chunked(b"0\r"), b"\nX", b": ", b"y\r", b"\n", b"\r", b"\n" + get()], [200, 200], OPEN)
for _trailer in (b"X", b"X y: z", b": y", b" X: y", b"X : y", b"X: y\nZ: z", b"X: \x00", b"X\x00: y", b"X: a\rb", b"(: y",
                 b"X\xe9: y", b"X: y\r\n z"):
    sample(f"trailer {_trailer!r}", chunked(b"0\r\n" + _trailer + b"\r\n\r\n") + HIDDEN, 400, CLOSED)
for _trailer in (b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Host: i", b"Connection: close",
                 b"X: y\r\ncontent-LENGTH: 5"):
    sample(f"trailer {_trailer!r}", chunked(b"0\r\n" + _trailer + b"\r\n\r\n") + HIDDEN, 400, CLOSED)
for _trailer in (b"Content-Lengths: 5", b"Transfer-Encoding-: chunked", b"Content-Type: x", b"Expect: x", b"X: \xe9"):
    sample(f"trailer {_trailer!r} is dropped", chunked(b"0\r\n" + _trailer + b"\r\n\r\n") + get(), [200, 200], OPEN)
sample("trailers of 20 KB", chunked(b"0\r\nX: " + b"y" * 20000 + b"\r\n\r\n"), 431, CLOSED)
sample("trailers without end", chunked(b"0\r\n" + b"X: y\r\n" * 4000), 431, CLOSED)
sample("a chunk extension of 20 KB", chunked(b"5;" + b"x" * 20000 + b"\r\nhello\r\n0\r\n\r\n"), 431, CLOSED)
sample("a chunk over the limit is refused at once", chunked(b"a00001\r\n"), 413, CLOSED)
sample("a huge chunk is refused at once", chunked(b"fffffffffffffff\r\n"), 413, CLOSED)
sample("a chunk at the limit is not", chunked(b"a00000\r\n"), [], WAITING)
sample("chunks that add up to more than the limit",
       chunked(b"500000\r\n" + b"x" * 0x500000 + b"\r\n500001\r\n"), 413, CLOSED)

# ---- Expect ---------------------------------------------------------------------------------------

EXPECT = "Expect: 100-continue"
sample("Expect and a body that waits", [post(b"", EXPECT, length=5), CONTINUE, b"hello" + get()], [200, 200], OPEN)
sample("Expect and chunks that wait", [chunked(b"", EXPECT), CONTINUE, HELLO + get()], [200, 200], OPEN)
sample("Expect and a body that does not wait", post(b"hello", EXPECT) + get(), [200, 200], OPEN)
sample("Expect without a body", get(EXPECT) + get(), [200, 200], OPEN)
sample("Expect in another case", [post(b"", "expect: 100-CONTINUE", length=5), CONTINUE, b"hello"], 200, OPEN)
sample("Expect in HTTP/1.0 is ignored", post(b"hello", EXPECT, version="HTTP/1.0"), 200, CLOSED)
for _expect in ("200-ok", "100-continued", "100", "", "100-continue, x", "100-continue;q=1"):
    sample(f"Expect {_expect!r}", post(b"hello", f"Expect: {_expect}"), 417, CLOSED)
for _fields, _status, _target, _method in (
        ((TYPE,), 404, "/no", "POST"), ((TYPE,), 405, LIVE, "POST"), ((), 415, SEND, "POST")):
    sample(f"{_status} instead of 100", post(b"", EXPECT, *_fields, length=5, target=_target, method=_method), _status,
           CLOSED, whole=True)
sample("413 instead of 100", get(EXPECT, "Content-Length: 99999999"), 413, CLOSED)

# ---- refusals on the head alone, with and without a body behind -------------------------------------

for _name, _status, _arguments in (
        ("404", 404, {"target": "/no", "method": "POST"}),
        ("405", 405, {"target": LIVE, "method": "POST"}),
        ("415", 415, {"target": SEND, "method": "POST"})):
    sample(f"{_name} without a body", get(**_arguments) + get(), [_status, 200], OPEN)
    sample(f"{_name} with a body", post(b"hello", **_arguments) + get(), [_status, 200], OPEN)
    sample(f"{_name} with a body that comes later", [post(b"", length=5, **_arguments), b"hel", b"lo" + get()],
           [_status, 200], OPEN)
    sample(f"{_name} before a body that never comes", post(b"", length=5, **_arguments), _status, WAITING)
    sample(f"{_name} with a body that looks like a request", post(HIDDEN, **_arguments) + get(), [_status, 200], OPEN)
    sample(f"{_name} with 64 KB", post(b"x" * 65536, **_arguments) + get(), [_status, 200], OPEN)
    sample(f"{_name} with more than is worth reading", post(b"x" * 65537, **_arguments) + HIDDEN, _status, CLOSED)
    sample(f"{_name} with chunks", chunked(HELLO, **_arguments) + HIDDEN, _status, CLOSED)
    sample(f"{_name} with a body too large", post(b"", length=99999999, **_arguments), 413, CLOSED)
    sample(f"{_name} with Connection: close", post(b"hello", "Connection: close", **_arguments) + HIDDEN, _status, CLOSED)
sample("413 with the body behind", post(b"x" * 10485761), 413, CLOSED)
sample("400 for a body that is not JSON", send(b"nonsense") + get(), [400, 200], OPEN)

# ---- Connection and HTTP/1.0 ----------------------------------------------------------------------

for _connection in ("close", "Close", "CLOSE", "close, keep-alive", "keep-alive, close", "x, close", ",close",
                    "close,", " close ", "keep-alive,\tclose", "x,,close"):
    sample(f"Connection {_connection!r}", get(f"Connection: {_connection}") + HIDDEN, 200, CLOSED)
for _connection in ("keep-alive", "", "closed", "x", "Upgrade", "xclose", "TE"):
    sample(f"Connection {_connection!r}", get(f"Connection: {_connection}") + get(), [200, 200], OPEN,
           fields={"Connection": None})
sample("Connection on two lines", get("Connection: x", "Connection: close") + HIDDEN, 200, CLOSED)
sample("close on the first of two lines", get("Connection: close", "Connection: keep-alive") + HIDDEN, 200, CLOSED)
sample("HTTP/1.0", get(version="HTTP/1.0") + HIDDEN, 200, CLOSED)
sample("HTTP/1.0 with keep-alive", get("Connection: Keep-Alive", version="HTTP/1.0") * 2, [200, 200], OPEN,
       fields={"Connection": "keep-alive"})
sample("HTTP/1.0 with keep-alive and close", get("Connection: keep-alive, close", version="HTTP/1.0") + HIDDEN, 200,
       CLOSED)
sample("HTTP/1.0 with a body", post(b"hello", version="HTTP/1.0"), 200, CLOSED)
sample("HTTP/1.0 with a body and keep-alive",
       post(b"hello", "Connection: keep-alive", version="HTTP/1.0") + get(), [200, 200], OPEN)
sample("HTTP/1.0 POST without a length", get(TYPE, target=SEND, method="POST", version="HTTP/1.0"), 400, CLOSED)
sample("Proxy-Connection means nothing", get("Proxy-Connection: close") + get(), [200, 200], OPEN,
       llhttp="no standard has it; llhttp reads it as Connection")
sample("Keep-Alive means nothing", get("Keep-Alive: timeout=0, max=0") + get(), [200, 200], OPEN)
