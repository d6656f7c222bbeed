"""A fault test that cannot fail proves nothing: here the gateway sometimes lies, and the tests must notice."""

import time

import pytest
from ledger import CONTRADICTED, DUPLICATE, INVERSION, LOST, MISPLACED
from lying_gateway import LyingGateway

pytestmark = pytest.mark.one_variant


@pytest.mark.parametrize("lie,found", [
    ("invents", LOST), ("denies", CONTRADICTED), ("repeats", DUPLICATE), ("shifts", MISPLACED),
    ("reverses", INVERSION), ("postpones", INVERSION)])
def test_a_gateway_that_lies_is_found_out(case, lie, found):
    run = case(f"none; a gateway that {lie}")
    with LyingGateway(run.gateway.url, lie) as liar:
        with run.load(url=liar.url, kinds="batch=8,single=24"):
            time.sleep(0.3)
        told = liar.told
    run.compare()
    assert told > 3
    assert run.kinds().get(found, 0) >= 3, run.kinds()
    with pytest.raises(AssertionError, match="evidence in"):
        run.assert_exact()
    run.row["verdict"] = "found out"
