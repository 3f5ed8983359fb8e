"""The pool that stands in for Lambda: containers on demand, one request each, 429 above the cap."""

from concurrent.futures import ThreadPoolExecutor

from tests.chaos.faults import LONG, SHORT, SLOW, wait_until_busy
from tests.support.pool import ContainerPool


def test_a_pool_starts_containers_on_demand_and_refuses_above_its_cap(image):
    with ContainerPool(image, 1, *SLOW) as pool, ThreadPoolExecutor(1) as caller:
        assert pool.containers() == []
        first = pool.invoke(SHORT)
        flight = caller.submit(pool.invoke, LONG)
        wait_until_busy(pool, 1)
        refused = pool.invoke(SHORT)
        served = flight.result()
        last = pool.invoke(SHORT)
        assert [first.cold, served.cold, last.cold] == [True, False, False]
        assert [first.status, served.status, last.status] == [200, 200, 200]
        assert (refused.status, refused.answer) == (429, None)
        assert pool.started == 1
        assert pool.statuses == {200: 3, 429: 1}


def test_a_second_request_at_once_gets_a_container_of_its_own(image):
    with ContainerPool(image, 2, *SLOW) as pool, ThreadPoolExecutor(2) as callers:
        deliveries = list(callers.map(pool.invoke, [LONG, LONG]))
        assert [delivery.status for delivery in deliveries] == [200, 200]
        assert len(pool.containers()) == 2
