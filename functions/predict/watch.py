"""Turns what a request scored into what watches the model; imported only where something does.

Observers run once the answer is complete. Whatever happens to them, it stays as it is: a fault of
theirs is a metric and a line that names its kind.
"""

import os
from collections.abc import Callable, Mapping, Sequence

from cytology.artifact import Artifact, ArtifactMismatch
from cytology.measurements import Row
from cytology.prediction import Prediction
from predict.settings import Settings
from predict.telemetry import Log, write_metrics

Observe = Callable[[Sequence[Row], Sequence[Prediction]], None]


class Watch:
    """Keeps what a request scored until its answer is complete, then shows it to the observers.

    ``observers`` stand by the metric that counts their faults.
    """

    def __init__(self, observers: Mapping[str, Observe], namespace: str, log: Log) -> None:
        self._observers = observers
        self._namespace = namespace
        self._log = log
        self._noted: list[tuple[Sequence[Row], Sequence[Prediction]]] = []

    def note(self, rows: Sequence[Row], answers: Sequence[Prediction]) -> None:
        """Keep a reference; nothing is done before :meth:`report`."""
        self._noted.append((rows, answers))

    def report(self) -> None:
        """Show what was noted to every observer; never raises."""
        noted, self._noted = self._noted, []
        for rows, answers in noted:
            for faults, observe in self._observers.items():
                try:
                    observe(rows, answers)
                # Whatever it is, the answer is complete and must reach its caller
                except Exception as error:  # noqa: BLE001
                    kind = type(error).__name__
                    # The kind alone: an error's text may quote a sample
                    self._log.error("watching failed", metric=faults, error=kind)
                    write_metrics(self._namespace, "predict", {faults: ("Count", 1)})
                    # An error that is raised on each request would keep their samples in memory
                    error.__traceback__ = None


def load_watch(settings: Settings, artifact: Artifact) -> Watch | None:
    """The observers that the settings ask for; None where metrics have no place to go.

    A challenger that cannot be loaded is a fault of every request, and stops none.
    """
    namespace = settings.metrics_namespace
    if namespace is None:
        return None
    log = Log("predict", settings.log_level)
    observers: dict[str, Observe] = {}
    if settings.drift_histograms:
        observers["CensusFailed"] = _counting(namespace, artifact)
    if settings.challenger_dir is not None:
        try:
            observers["ShadowFailed"] = _shadowing(namespace, settings.challenger_dir, artifact)
        except Exception as error:  # noqa: BLE001
            # No sample was read yet; only what is said of files may be quoted
            reason = str(error) if isinstance(error, ArtifactMismatch) else ""
            log.error("no challenger", error=type(error).__name__, reason=reason)  # noqa: TRY400
            observers["ShadowFailed"] = _failing(error)
    return Watch(observers, namespace, log)


def _counting(namespace: str, artifact: Artifact) -> Observe:
    from predict.census import Census

    census = Census(artifact.schema, os.urandom(1)[0])

    def count(rows: Sequence[Row], answers: Sequence[Prediction]) -> None:
        for name, counts in census.add(rows, [answer.probability for answer in answers]):
            write_metrics(
                namespace,
                "predict",
                {"SamplesCounted": ("Count", sum(counts))},
                {"model": artifact.version, "histogram": name, "counts": counts},
            )

    return count


def _shadowing(namespace: str, directory: str, artifact: Artifact) -> Observe:
    from predict.shadow import compare, load_challenger

    challenger = load_challenger(directory, artifact)
    return lambda rows, answers: write_metrics(
        namespace, "predict", compare(challenger, rows, answers)
    )


def _failing(error: Exception) -> Observe:
    def fail(_rows: Sequence[Row], _answers: Sequence[Prediction]) -> None:
        raise error

    return fail
