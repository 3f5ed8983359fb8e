"""docs/openapi.json: fresh, valid, complete, and true of what the service answers."""

import json

import pytest

from tests.support.generated import ask
from tools.openapi import TARGET, shipped


def test_the_committed_specification_is_what_the_code_says_now():
    assert TARGET.read_text(encoding="utf-8") == shipped(), "stale: make check FIX=1"


def test_the_specification_is_valid_openapi():
    from openapi_spec_validator import validate

    document = json.loads(TARGET.read_text(encoding="utf-8"))
    validate(document)
    assert document["openapi"].startswith("3.1")


# make fuzz sends many times as many; test_transports.py holds the image to the same answers
@pytest.mark.parametrize("transport", ["http"], indirect=True)
def test_generated_requests_get_only_what_the_specification_says(transport, tmp_path):
    generated = ask(transport.port, 5, 1, tmp_path)
    assert generated.passed, generated.report
    assert generated.cases >= 400
