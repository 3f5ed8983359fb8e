"""modelaudit finds nothing critical in what is shipped, and finds what is planted."""

import timeit

import joblib
import pytest

from tests.support.required import required
from tools import scan
from training.formats import skops_file


class Intruder:
    """Unpickled, it calls a function that other scanners let through."""

    def __reduce__(self):
        return timeit.timeit, ("1",)


def found(files):
    with required():
        return scan.model_findings(files)


PACKINGS = ("plain", "zlib", "lzma")


@pytest.fixture(scope="module")
def files_with_findings(artifact_dir, forest_dir, tmp_path_factory):
    """Names of the files in which something critical was found; one scan, for it starts slowly."""
    folder = tmp_path_factory.mktemp("models")
    pipeline = joblib.load(artifact_dir / "model.joblib")
    (folder / "model.skops").write_bytes(skops_file(pipeline).content)
    joblib.dump(pipeline, folder / "packed.joblib", compress=3)
    for packing in PACKINGS:
        compress = 0 if packing == "plain" else (packing, 3)
        planted = {"model": pipeline, "more": Intruder()}
        joblib.dump(planted, folder / f"planted-{packing}.joblib", compress=compress)
    # Its file is named as the other's, so it is renamed
    (folder / "forest.joblib").write_bytes((forest_dir / "model.joblib").read_bytes())

    findings = found([artifact_dir / "model.joblib", *sorted(folder.iterdir())])

    assert all("timeit.timeit" in finding.rule for finding in findings), findings
    return {finding.file for finding in findings}


@pytest.mark.parametrize("name", ["model.joblib", "model.skops", "packed.joblib", "forest.joblib"])
def test_a_model_as_trained_holds_nothing_critical(files_with_findings, name):
    assert name not in files_with_findings


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_planted_call_is_found_in_every_packing(files_with_findings, packing):
    assert f"planted-{packing}.joblib" in files_with_findings


def test_a_file_that_cannot_be_read_is_not_taken_for_a_clean_one(files_with_findings, tmp_path):
    with pytest.raises((scan.Incomplete, scan.Unavailable), match="modelaudit"):
        scan.model_findings([tmp_path / "nowhere.joblib"])
