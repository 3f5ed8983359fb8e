"""Turns an artifact directory into a verdict: ``python -m training.verify DIRECTORY``."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from cytology.artifact import SCORECARD, Artifact, ArtifactMismatch, load_artifact
from training.publish import ROOT

#: Run apart: training may not import the function that serves, and the engine should be judged
#: as it is loaded there.
_LOAD_ENGINE = (
    "import sys; from cytology.artifact import load_artifact, ArtifactMismatch\n"
    "from runtime.engines import load_engine\n"
    "try: load_engine(load_artifact(sys.argv[1]), sys.argv[2])\n"
    "except ArtifactMismatch as mismatch: sys.exit(str(mismatch))"
)


def verify(directory: Path) -> list[str]:
    """Check every file's hash, then load every engine that the artifact has, as the service does.

    Loading compares library versions, turns scikit-learn's warning of an inconsistent version into
    a failure, and predicts the golden rows. Returns what was checked, one line each.

    Raises
    ------
    ArtifactMismatch
        The first thing that is not as the manifest says.
    """
    artifact = load_artifact(str(directory))
    names = sorted(artifact.manifest["files"])
    for name in names:
        artifact.read(name)
    strangers = _files(directory) - {*names, "manifest.json"}
    if strangers:
        raise ArtifactMismatch("files", "those in the manifest", ", ".join(sorted(strangers)))
    checked = [f"{len(names)} files have the sha256 of the manifest"]
    for engine in _engines(artifact):
        _check_engine(directory, engine)
        checked.append(
            f"the {engine} engine gives the {len(artifact.manifest['golden'])} golden predictions"
        )
    return checked


def _files(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


def _engines(artifact: Artifact) -> list[str]:
    files = artifact.manifest["files"]
    named = {"scorecard": SCORECARD, "sklearn": artifact.model_file}
    return [engine for engine, file in named.items() if file in files]


def _check_engine(directory: Path, engine: str) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    loaded = subprocess.run(  # noqa: S603  (our own interpreter and code)
        [sys.executable, "-c", _LOAD_ENGINE, str(directory), engine],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if loaded.returncode != 0:
        said = loaded.stderr.strip().splitlines() or ["no word"]
        raise ArtifactMismatch(f"{engine} engine", "a clean start", said[-1])


def main(arguments: list[str] | None = None) -> int:
    """Print what was checked, or the first mismatch; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.verify", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=ROOT / "artifact")
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
