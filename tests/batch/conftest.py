import pytest

from batch.scoring import in_process


@pytest.fixture
def scorer(artifact_dir):
    return in_process(artifact_dir)
