"""Turns arrival and service rates into the chance and the length of waiting: Erlang's formulas."""

import math


def erlang_b(servers: int, offered: float) -> float:
    """Share of arrivals lost where nobody waits; ``offered`` is arrival rate × service time."""
    blocking = 1.0
    for count in range(1, servers + 1):
        blocking = offered * blocking / (count + offered * blocking)
    return blocking


def erlang_c(servers: int, offered: float) -> float:
    """Share of arrivals that wait where all wait; 1 where the queue has no end."""
    if offered >= servers:
        return 1.0
    blocking = erlang_b(servers, offered)
    return servers * blocking / (servers - offered * (1 - blocking))


def waiting_quantile(servers: int, rate: float, service: float, share: float) -> float:
    """The time, in the unit of ``service``, within which that share of arrivals begins service."""
    offered = rate * service
    if offered >= servers:
        return math.inf
    waiting = erlang_c(servers, offered)
    return max(0.0, math.log(waiting / (1 - share)) * service / (servers - offered))
