"""The published results: what the page shows is what was measured, and every bar held."""

import json

from tests.load.record import PAGE, RESULTS, rendered


def test_the_page_shows_the_results_as_they_were_kept():
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page, "edited by hand; run make fuzz, make chaos or make load"


def test_every_published_bar_was_held():
    results = json.loads(RESULTS.read_text())
    assert all(part["held"] for part in results["fuzz"]["parts"])
    assert sum(part["cases"] for part in results["fuzz"]["parts"]) >= 200_000
    assert {fault["verdict"] for fault in results["chaos"]["faults"]} == {"holds"}
    runs = [results["load"][name] for name in ("burst", "soak", "server")]
    assert all(run["held"] for run in runs)
