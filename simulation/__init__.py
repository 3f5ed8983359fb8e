"""Turns traffic over a day into what Lambda's rules make of it: starts, refusals, latency, cost."""
