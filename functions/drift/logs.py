"""Turns a log group and a span of time into the census's lines, by CloudWatch Logs Insights."""

import time
from collections.abc import Callable, Iterator
from typing import Any

QUERY = "fields @message | filter @message like '\"histogram\":' | limit 10000"
#: What Insights returns at most; a span with as many lines is read again in halves.
MOST = 10_000
#: Spans are not halved below this: so many lines a minute are not written.
_SHORTEST_S = 60


class QueryFailed(Exception):
    """Insights did not complete a query; the message is its status."""


def read_lines(
    client: Any, group: str, start: int, end: int, pause: Callable[[float], None] = time.sleep
) -> Iterator[str]:
    """Lines written from ``start`` up to ``end``, seconds since the epoch.

    Raises
    ------
    QueryFailed
        A query failed, timed out or was cancelled.
    """
    # Insights takes both ends in
    lines = _ask(client, group, start, end - 1, pause)
    if len(lines) < MOST or end - start < 2 * _SHORTEST_S:
        yield from lines
        return
    middle = (start + end) // 2
    yield from read_lines(client, group, start, middle, pause)
    yield from read_lines(client, group, middle, end, pause)


def _ask(
    client: Any, group: str, start: int, end: int, pause: Callable[[float], None]
) -> list[str]:
    query = client.start_query(
        logGroupName=group, startTime=start, endTime=end, queryString=QUERY, limit=MOST
    )["queryId"]
    while True:
        reply = client.get_query_results(queryId=query)
        if reply["status"] == "Complete":
            return [
                field["value"]
                for row in reply["results"]
                for field in row
                if field["field"] == "@message"
            ]
        if reply["status"] not in ("Scheduled", "Running"):
            raise QueryFailed(reply["status"])
        pause(1)
