"""Turns a day's schedule into a verdict: whether samples are still like the training table.

Reads the census's lines of the last days back, compares them with the training table, and writes
the verdict as metrics, which an alarm watches.
"""

import os
import time
from collections.abc import Mapping
from typing import Any

from cytology.artifact import POPULATION, load_artifact
from cytology.population import parse_population
from drift.lines import sum_lines
from drift.logs import read_lines
from drift.psi import FEWEST_JUDGED, judge
from predict.telemetry import Log, write_metrics
from preflight.packages import client

log = Log("drift", os.environ.get("LOG_LEVEL") or "INFO")


def handler(_event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Judge the last ``DRIFT_DAYS`` days of the log group ``LOG_GROUP``.

    Raises
    ------
    drift.logs.QueryFailed, cytology.artifact.ArtifactMismatch
        The lines or the reference cannot be read; the invocation then counts as an error.
    """
    artifact = load_artifact(os.environ.get("MODEL_DIR") or "/opt/ml/model")
    reference = parse_population(artifact.read(POPULATION))
    now = int(time.time())
    start = now - int(os.environ.get("DRIFT_DAYS") or "7") * 86_400
    lines = read_lines(client("logs"), os.environ["LOG_GROUP"], start, now)
    verdicts = judge(reference, sum_lines(lines, reference, artifact.version))
    judged = [verdict for verdict in verdicts if verdict.samples >= FEWEST_JUDGED]
    shifted = [verdict.name for verdict in judged if verdict.shifted]
    for verdict in judged:
        # Counts and indices of hundreds of samples: nothing of one
        facts = {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in verdict._asdict().items()
        }
        log.info("compared", **facts)
    write_metrics(
        os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or "TumourClassification",
        "drift",
        {
            "HistogramsJudged": ("Count", len(judged)),
            "HistogramsShifted": ("Count", len(shifted)),
            "LargestPsi": ("None", max([0.0, *(verdict.psi for verdict in judged)])),
        },
        {"model": artifact.version},
    )
    return {"model": artifact.version, "judged": len(judged), "shifted": shifted}
