"""Sends every sample of samples.py over plain TCP and TLS: in its pieces, and byte by byte."""

import time

import pytest
from samples import CLOSED, CONTINUE, HEAD, OPEN, SAMPLES, WAITING
from wire import check_answer

PROBE = b"GET /health/live HTTP/1.1\r\nHost: h\r\nX-Request-Id: the-probe\r\n\r\n"
# Pause between pieces, so that most arrive separately. No outcome depends on it.
PAUSE_SECONDS = 0.003
SILENCE_SECONDS = 0.1


def split(sample, how):
    if how == "as written":
        return sample.pieces
    return [bytes([byte]) for piece in sample.pieces for byte in piece]


def names():
    found = [sample.name for sample in SAMPLES]
    assert len(set(found)) == len(found), "two samples have the same name"
    return found


@pytest.mark.parametrize("how", ["as written", "byte by byte"])
@pytest.mark.parametrize("sample", SAMPLES, ids=names())
def test_framing(edge, sample, how):
    if how == "byte by byte" and sample.whole:
        pytest.skip("sent whole only")
    if sample.plain_only and edge.name != "plain":
        pytest.skip("for plain TCP only")
    with edge.connect() as wire:
        for number, piece in enumerate(split(sample, how)):
            if piece is CONTINUE:
                answer = wire.answer()
                assert answer is not None and answer.status == 100, answer
                continue
            if number and how == "as written":
                time.sleep(PAUSE_SECONDS)
            wire.send(piece)
        answers = [final_answer(wire, expected) for expected in sample.answers]
        assert [answer.status for answer in answers] == sample.answers, answers
        check_last(answers, sample)
        check_state(wire, sample.state)


def final_answer(wire, expected):
    to_head = isinstance(expected, HEAD)
    answer = wire.answer(to_head)
    while answer is not None and answer.status == 100:  # sent byte by byte, a body is always late
        answer = wire.answer(to_head)
    assert answer is not None, f"the connection ended where {int(expected)} was expected"
    check_answer(answer, to_head)
    return answer


def check_last(answers, sample):
    for answer in answers[:-1]:
        assert not answer.closes(), f"says that it closes, and does not: {answer}"
    if not answers:
        return
    assert answers[-1].closes() == (sample.state == CLOSED), answers[-1]
    for name, value in sample.fields.items():
        assert answers[-1].field(name) == value, answers[-1]


def check_state(wire, state):
    if state == CLOSED:
        assert wire.ended(), "the connection stays, or more came than was asked for"
    elif state == WAITING:
        assert wire.silent_for(SILENCE_SECONDS), "the connection ended or more came"
    else:
        assert state == OPEN
        wire.send(PROBE)
        answer = wire.answer()
        assert answer is not None, "the connection ended"
        assert (answer.status, answer.field("X-Request-Id")) == (200, "the-probe"), answer
        assert wire.silent_for(0.002), "more came than was asked for"
