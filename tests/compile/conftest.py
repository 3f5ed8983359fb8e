import pytest
from threadpoolctl import threadpool_limits

from cytology.schema import load_schema
from training.dataset import load_dataset


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that outnumber the free cores wait for each other for seconds."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def schema():
    return load_schema()


@pytest.fixture(scope="session")
def dataset(schema):
    return load_dataset(schema)
