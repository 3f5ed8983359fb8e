"""Turns a step of a job into its outcome: two entry points into the image, and their start-up.

``job.app.score`` holds the model and may do nothing but answer; ``job.app.clerk`` may read and
write the job's bucket and never sees a score.
"""

import os
from collections.abc import Mapping
from functools import cache
from time import perf_counter
from typing import Any

from cytology.artifact import load_artifact
from job.clerk import Clerk
from job.score import OtherModel, score_event
from job.store import Store
from predict.engines import load_engine
from predict.telemetry import Log, place_of
from preflight.packages import client

log = Log("job", os.environ.get("LOG_LEVEL") or "INFO")
artifact = load_artifact(os.environ.get("MODEL_DIR") or "/opt/ml/model")


class Failed(Exception):
    """A fault of ours while scoring; the message is its kind and place."""


@cache
def _engine() -> Any:
    return load_engine(artifact, os.environ.get("MODEL_ENGINE") or None)


def score(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one batch of a Distributed Map.

    Raises
    ------
    job.score.OtherModel
        A job must not be scored by two models.
    Failed
        Anything else: Lambda writes an error's text to the log, and it may quote a sample.
    """
    started = perf_counter()
    engine = _engine()
    try:
        output = score_event(event, engine, artifact.schema, artifact.version)
    except OtherModel:
        raise
    except Exception as error:  # noqa: BLE001
        raise Failed(f"{type(error).__name__} at {place_of(error)}") from None
    log.info(
        "batch scored",
        samples=len(event["Items"]),
        scored=len(output["scored"]),
        duration_ms=round((perf_counter() - started) * 1e3, 3),
    )
    return output


def clerk(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Open or close a job, as ``step`` says.

    Raises
    ------
    job.clerk.Refused
        The file is no table of samples.
    """
    found = Clerk(artifact.schema, artifact.version)
    if event["step"] == "open":
        store = Store(client("s3"), event["upload"]["bucket"]["name"])
        opened = found.open(store, event["upload"]["object"]["key"])
        opened["concurrency"] = int(os.environ.get("BULK_CONCURRENCY") or 1)
        log.info("job opened", job=opened["job"], samples=opened["rows"], form=opened["form"])
        return opened
    details = event["map"]["ResultWriterDetails"]
    store = Store(client("s3"), details["Bucket"])
    closed = found.close(store, event["job"], details["Key"])
    log.info("job closed", **closed)
    return closed
