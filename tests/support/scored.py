"""Turns files into files of results, and these into what a caller reads."""

import csv
import gzip
import hashlib
import io
import json
import shutil

import pyarrow as pa
from pyarrow.parquet import read_table

from batch.__main__ import target_of
from batch.files import Options, predict_file
from cytology.artifact import load_artifact
from cytology.batch import score_batch
from cytology.reading.files import read_file
from cytology.reading.table import NO_CHOICES
from cytology.results import result_lines, write_csv
from runtime.engines import load_engine
from training.compile import columns_of, compile_classifier, write_document

LINE = "5,1,1,1,2,1,3,1,1"
WRONG = "0,1,1,1,2,1,3,1,1"


def write(folder, lines, name="samples.csv"):
    path = folder / name
    path.write_text("\n".join(lines))
    return path


def score(path, scorer, ticks=None, **options):
    """The summary, after a run that may overwrite."""
    chosen = Options(options.pop("target", target_of(path)))._replace(**options)
    return predict_file(path, scorer, chosen, lambda *done: ticks is None or ticks.append(done))


def lines_of(path):
    """The rows of a file of results."""
    content = path.read_bytes()
    text = gzip.decompress(content).decode() if path.suffix == ".gz" else content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def at_once(content, schema, directory, choices=NO_CHOICES):
    """The results of a file that is read as a whole and answered by the service's engine."""
    artifact = load_artifact(str(directory))
    batch = read_file(content, schema, choices)
    answers = score_batch(batch, load_engine(artifact, None))
    return write_csv(result_lines(batch, answers, artifact.version)), batch


def compiled_copy(artifact, folder, classifier):
    """A copy of an artifact whose model is a fitted classifier, compiled."""
    schema = load_artifact(str(artifact)).schema
    content = write_document(compile_classifier(classifier, columns_of(schema), schema.positive))
    shutil.copytree(artifact, folder, ignore=shutil.ignore_patterns("site"))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name in {"scorecard.json", "model.json"} & manifest["files"].keys():
        (folder / name).unlink()
        del manifest["files"][name]
    (folder / "model.json").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    manifest["files"]["model.json"] = {"sha256": sha256, "bytes": len(content)}
    path.write_text(json.dumps(manifest | {"golden": []}))
    return folder


def table_of(path):
    """The cells of a Parquet file of results, as a CSV of results has them."""
    columns = [column.to_pylist() for column in read_table(path).columns]
    return write_csv([map(_cell, row) for row in zip(*columns, strict=True)])


def _cell(value):
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def checksum(results):
    """The same for the same results, whatever order and number their rows have."""
    columns = [name for name in results.column_names if name != "row"]
    texts = results.select(columns).cast(pa.schema([(name, pa.string()) for name in columns]))
    lines = sorted(map(repr, zip(*(column.to_pylist() for column in texts.columns), strict=True)))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest(), len(lines)
