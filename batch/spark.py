"""Scores samples on a Spark cluster: ``spark-submit batch/spark.py SAMPLES RESULTS``.

The wheel is installed where the executors run (docs/batch.md).
"""

import argparse
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col

from batch.results import arrow_table, lay_out
from batch.samples import Reading, read_table
from batch.scoring import Scorer, in_process
from cytology.classifier import model_directory
from cytology.reading.head import head_of_names, read_labels
from cytology.reading.table import NO_CHOICES, Choices
from cytology.results import COLUMNS
from cytology.schema import load_schema

#: Of the columns of results; all others are texts. A DataFrame has no order, so no number of a row.
_TYPES = {"inconclusive": ("boolean", pa.bool_())} | {
    f"probability{end}": ("double", pa.float64()) for end in ("", "_low", "_high")
}
_COLUMNS = {n: _TYPES.get(n, ("string", pa.string())) for n in COLUMNS if n != "row"}
_SPARK = ", ".join(f"`{name}` {kind}" for name, (kind, _) in _COLUMNS.items())
_ARROW = pa.schema([(name, kind) for name, (_, kind) in _COLUMNS.items()])


@cache  # once in each Python process of an executor
def _scorer() -> Scorer:
    return in_process(Path(model_directory()))


def predict(samples: DataFrame, choices: Choices = NO_CHOICES) -> DataFrame:
    """Return a row of results for each row of samples: the answer, or every error.

    Raises
    ------
    cytology.reading.refusals.InvalidTable
        The columns are not those of samples.
    """
    schema = load_schema(str(Path(model_directory(), "features.json")))
    head = head_of_names(samples.columns, schema, choices)
    names = [samples.columns[place] for place in head.layout.labels]
    cells = [samples.select(col(f"`{name}`").cast("string")).distinct().collect() for name in names]
    known = [{row[0] for row in found if row[0] is not None} for found in cells]
    reading = Reading(schema, head, read_labels(known, schema, choices, []), "utf-8")

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            found = read_table(pa.Table.from_batches([batch]), reading)
            columns = lay_out(0, found, _scorer().answer(found), schema.class_names)
            yield from arrow_table(columns).drop_columns("row").cast(_ARROW).to_batches()

    return samples.mapInArrow(score, _SPARK)


def main() -> None:
    """Read Parquet, or CSV with a header; write Parquet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", help="a folder or file of Parquet, or of CSV with a header")
    parser.add_argument("results", help="a folder that does not exist; Parquet is written there")
    options = parser.parse_args()
    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 50_000)
    header = spark.read.option("header", True)
    read = header.csv if options.samples.endswith((".csv", ".csv.gz")) else header.parquet
    predict(read(options.samples)).write.parquet(options.results)


if __name__ == "__main__":
    # Executors find functions by the name of their module, which a script lacks
    from batch.spark import main as run

    run()
