"""Compares a file of samples with the training table: ``python -m training.drift``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cytology.arguments import ArgumentParser
from cytology.artifact import POPULATION, Artifact, ArtifactMismatch, load_artifact
from cytology.classifier import model_directory
from cytology.compiled import load_compiled
from cytology.measurements import Row
from cytology.population import Population, count_population, parse_population
from cytology.reading.files import read_file
from cytology.reading.refusals import InvalidTable
from training.drift.psi import FALSE_ALARMS, FEWEST_JUDGED, MATTERS, Shift, judge

SHIFTED, UNREADABLE = 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Print each histogram's verdict; 0 without a shift, 1 with one, 2 where nothing was read."""
    options = _options(arguments)
    try:
        artifact = load_artifact(str(options.model_dir))
        if options.reference:
            reference = count_table(options.reference, artifact)
        else:
            reference = parse_population(artifact.read(POPULATION))
        found = count_table(options.csv, artifact)
    except (ArtifactMismatch, InvalidTable, OSError) as error:
        print(f"nothing compared: {error}", file=sys.stderr)
        return UNREADABLE
    verdicts = judge(reference, found)
    print("\n".join(as_table(verdicts)))
    if not any(verdict.samples >= FEWEST_JUDGED for verdict in verdicts):
        print(f"nothing compared: fewer than {FEWEST_JUDGED} samples", file=sys.stderr)
        return UNREADABLE
    return SHIFTED if any(verdict.shifted for verdict in verdicts) else 0


def count_table(path: Path, artifact: Artifact) -> Population:
    """Count a CSV of samples, scored by the model; rows that break a rule are left out.

    Raises
    ------
    cytology.reading.refusals.InvalidTable, OSError
        The file is no table of samples.
    """
    table = read_file(path.read_bytes(), artifact.schema)
    rows = [sample.row for sample in table.samples if sample is not None]
    if invalid := len(table.samples) - len(rows):
        print(f"{path.name}: {invalid:,} rows break a rule and are left out", file=sys.stderr)
    return count_population(
        rows, _probabilities(rows, artifact), artifact.schema, artifact.decision.levels
    )


def _probabilities(rows: Sequence[Row], artifact: Artifact) -> list[float]:
    if artifact.manifest["engine"] == "compiled":
        answers = load_compiled(artifact).predict(rows, explain=False)
        return [answer.probability for answer in answers]
    # Imported here: most models are compiled
    from training.dataset import as_matrix
    from training.fit import predict_as_served
    from training.formats import read_model_file

    table = as_matrix(rows, artifact.schema)
    found: list[float] = predict_as_served(
        read_model_file(artifact), table, artifact.schema, artifact.decision
    ).tolist()
    return found


def as_table(verdicts: Sequence[Shift]) -> list[str]:
    """Return a line per histogram, under a heading and above the meaning of the words."""
    width = max(len(verdict.name) for verdict in verdicts)
    lines = [f"{'':{width}}  samples    PSI  95 % interval  by chance"]
    for name, samples, psi, low, high, chance, shifted in verdicts:
        if samples < FEWEST_JUDGED:
            lines.append(f"{name:{width}}  {samples:7,}  too few to judge")
            continue
        lines.append(
            f"{name:{width}}  {samples:7,}  {max(psi, 0):5.2f}  {max(low, 0):5.2f} – "
            f"{max(high, 0):5.2f}  {chance:9.2%}  {'SHIFTED' if shifted else ''}".rstrip()
        )
    return [
        *lines,
        f"shifted: PSI {MATTERS:.2f} or more (less what chance adds), and by chance at most "
        f"{FALSE_ALARMS / len(verdicts):.2%}",
    ]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(prog="cytology drift", description=__doc__)
    parser.add_argument("--csv", type=Path, required=True, help="file of samples")
    parser.add_argument("--reference", type=Path, help="a CSV to stand for the training table")
    parser.add_argument("--model-dir", type=Path, default=Path(model_directory()))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
