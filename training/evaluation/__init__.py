"""Turns candidates and a data set into report.json: how well each is expected to do, and why."""
