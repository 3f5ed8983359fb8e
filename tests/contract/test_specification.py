"""docs/openapi.json: fresh, valid, complete, and true of what the service answers."""

import json

import pytest
from openapi_spec_validator import validate

from tests.support.generated import ask
from tools.openapi.__main__ import TARGET, text


def test_the_committed_specification_is_what_the_code_says_now():
    assert TARGET.read_text(encoding="utf-8") == text(), "stale; run: make openapi"


def test_the_specification_is_valid_openapi():
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    validate(document)
    assert document["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("transport", "examples", "cases", "phases"),
    # The image runs the same code: fewer, and without what is derived and not drawn
    [("http", 280, 5_000, "all"), ("container-server", 60, 500, "fuzzing")],
    indirect=["transport"],
)
def test_generated_requests_get_only_what_the_specification_says(
    transport, examples, cases, phases, tmp_path
):
    generated = ask(transport.port, examples, 1, tmp_path, phases)
    assert generated.passed, generated.report
    assert generated.cases >= cases
