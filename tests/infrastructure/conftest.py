"""Turns a template that several modules look at into a fixture."""

import pytest

from tests.infrastructure.translated import translate


@pytest.fixture(scope="module")
def keyed():
    return translate("stacks/keyed.yaml")
