import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that outnumber the free cores wait for each other for seconds."""
    with threadpool_limits(1):
        yield
