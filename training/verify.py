"""Checks an artifact directory: ``python -m training.verify DIRECTORY``."""

import sys
from pathlib import Path

from cytology.arguments import ArgumentParser
from cytology.artifact import (
    GOLDEN_TOLERANCE,
    Artifact,
    ArtifactMismatch,
    check_golden,
    load_artifact,
)
from cytology.classifier import model_directory
from cytology.compiled import load_compiled
from training.dataset import as_matrix
from training.fit import predict_as_served
from training.formats import read_model_file


def verify(directory: Path) -> list[str]:
    """Check every file's hash, and the golden predictions of the scorecard and the fitted model.

    Returns
    -------
    list of str
        What was checked, a line each.

    Raises
    ------
    ArtifactMismatch
        The first difference from the manifest.
    """
    artifact = load_artifact(str(directory))
    names = sorted(artifact.manifest["files"])
    for name in names:
        artifact.read(name)
    unknown = _files(directory) - {*names, "manifest.json"}
    if unknown:
        raise ArtifactMismatch("files", "those in the manifest", ", ".join(sorted(unknown)))
    golden = f"the {len(artifact.manifest['golden'])} golden predictions"
    checked = [f"{len(names)} files have the sha256 of the manifest"]
    if artifact.manifest["engine"] == "compiled":
        check_golden(load_compiled(artifact), artifact)
        checked.append(f"the compiled engine gives {golden}")
    _check_fitted_model(artifact)
    checked.append(f"the fitted model gives {golden}")
    return checked


def _check_fitted_model(artifact: Artifact) -> None:
    """Compare what scikit-learn itself predicts."""
    golden = artifact.manifest["golden"]
    rows = as_matrix([tuple(case["row"]) for case in golden], artifact.schema)
    found = predict_as_served(read_model_file(artifact), rows, artifact.schema, artifact.decision)
    for index, (case, probability) in enumerate(zip(golden, found.tolist(), strict=True)):
        if not abs(probability - case["probability"]) <= GOLDEN_TOLERANCE:
            raise ArtifactMismatch(
                f"golden prediction {index} of the fitted model", case["probability"], probability
            )


def _files(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


def main(arguments: list[str] | None = None) -> int:
    """Print what was checked, or the first mismatch; return the exit status."""
    parser = ArgumentParser(prog="cytology verify", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path(model_directory()))
    directory = parser.parse_args(arguments).directory
    try:
        checked = verify(directory)
    except ArtifactMismatch as mismatch:
        print(f"{directory}: {mismatch}", file=sys.stderr)
        return 1
    print("\n".join(checked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
