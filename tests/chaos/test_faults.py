"""The quick faults, in every run of the suite; ``make chaos`` injects them all."""

import pytest

from tests.chaos.faults import FAULTS

QUICK = [fault for fault in FAULTS if fault.quick]


@pytest.mark.parametrize("fault", QUICK, ids=[fault.name for fault in QUICK])
def test_a_fault_does_no_more_than_claimed(fault, image):
    assert fault.inject(image)
