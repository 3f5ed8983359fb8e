from pathlib import Path

import pytest

from cytology.schema import DEFAULT_SCHEMA_PATH
from training.dataset import DATA_PATH
from training.train import train


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The default model, trained once: (directory, what train() returned)."""
    folder = tmp_path_factory.mktemp("default") / "artifact"
    return folder, train("logistic", DATA_PATH, Path(DEFAULT_SCHEMA_PATH), folder)
