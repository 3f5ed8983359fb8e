"""Scores a file with the standard library alone, as a whole: for installations without extras."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cytology.artifact import load_artifact
from cytology.batch import score_batch
from cytology.compiled import load_compiled
from cytology.prevalence import at_prevalence
from cytology.reading.files import read_file
from cytology.reading.table import Choices
from cytology.results import result_lines, write_csv
from cytology.summary import summarize_batch

#: What blocks and several processes need: the extra ``batch``.
HAS_EXTRAS = find_spec("numpy") is not None and find_spec("pyarrow") is not None


def predict_whole(
    path: Path,
    target: Path,
    choices: Choices,
    dialect: str,
    model_dir: str,
    prevalence: float | None = None,
) -> dict[str, Any]:
    """Score every row of a file, and return the summary with the reader's notes.

    Parameters
    ----------
    path, target
        The samples and the CSV of results.
    choices
        What the caller says about the table.
    dialect
        A name in :data:`cytology.results.DIALECTS`.
    model_dir
        Folder of a compiled model.
    prevalence
        Share of the positive class that the answers are for; None for that of the training data.
    """
    artifact = load_artifact(model_dir)
    batch = read_file(path.read_bytes(), artifact.schema, choices)
    answers = score_batch(batch, load_compiled(artifact))
    if prevalence is not None:
        trained = artifact.decision.prevalence
        answers = [answer and at_prevalence(answer, prevalence, trained) for answer in answers]
    text = write_csv(result_lines(batch, answers, artifact.version), dialect)
    made = target.with_name(target.name + ".tmp")
    made.write_text(text, "utf-8", newline="")
    made.replace(target)
    summary = summarize_batch(batch, answers, artifact.schema, artifact.version)
    return summary | {"notes": list(batch.notes)}
