"""Other tools that read openapi.json: a linter, and Postman."""

import pytest
import workshop


@pytest.fixture(scope="module", autouse=True)
def node():
    if reason := workshop.why_not("node"):
        pytest.skip(reason)


def test_redocly_has_nothing_to_complain_about():
    workshop.redocly_lint()


@pytest.mark.timeout(300)
def test_an_import_into_postman_can_be_sent_as_it_is(kafka, http):
    for topic in ("orders", "payments", "sensor-readings"):
        kafka.create_topic(topic)
    requests = workshop.postman_requests()
    assert len([one for one in requests if one["method"] == "POST"]) == 3
    for one in requests:
        body = one["body"]
        answer = http.request(
            one["method"], one["target"], body and body.encode(), one["headers"])
        assert answer.status == 200, (one, answer)
