"""events/ holds real events, with the answers that the handler gives today."""

import pytest

from tests.support import events

STALE = "stale: run make events"


@pytest.fixture(scope="module")
def requests():
    return events.requests()


def test_the_files_are_exactly_the_listed_events_and_their_answers(requests):
    found = sorted(path.name for path in events.EVENTS.iterdir())

    assert found == sorted(
        f"{name}{suffix}" for name in requests for suffix in (".json", events.EXPECTED)
    ), STALE


@pytest.mark.parametrize("name", events.names())
def test_an_event_is_what_its_request_makes(name, requests):
    assert events.read(name) == events.as_event(requests[name]), STALE


@pytest.mark.parametrize("name", events.names())
def test_an_event_labels_its_samples_as_the_data_set_does(name, requests):
    body = events.read(name, events.EXPECTED)["body"]
    labels = [answer["label"] for answer in body.get("predictions", []) if answer]

    assert tuple(labels) == requests[name].labels


def test_the_first_row_is_benign_and_the_fifteenth_malignant(requests):
    # Spelt by hand: an independent oracle for the data set's reader and the events alike
    assert events.read("benign")["body"] == '{"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}'
    assert requests["benign"].labels == ("benign",)
    assert events.read("malignant")["body"] == '{"samples": [[8, 7, 5, 10, 7, 9, 5, 5, 4]]}'
    assert requests["malignant"].labels == ("malignant",)


@pytest.mark.parametrize("name", events.names())
def test_every_event_gets_its_answer(name, transport):
    answer = events.as_expected(transport.invoke(events.read(name)))

    assert events.differences(events.read(name, events.EXPECTED), answer) == []
