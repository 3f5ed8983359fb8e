"""Turns an upload into a job, and a job's outcomes into its results, summary and manifest."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cytology.columns import InvalidTable, layout_of_header, read_header
from cytology.schema import Schema
from job.intake import Survey, copy_lines, copy_table, survey_lines, survey_table
from job.ledger import Ledger
from job.outcomes import Failure, read_outcomes
from job.store import Store, Version

#: One pass over a larger file could outlast a function's quarter of an hour.
MAX_BYTES = 2**30


class Refused(Exception):
    """The file is no table of samples; the message says why and quotes nothing of it."""


class Clerk(NamedTuple):
    """Who opens and closes jobs: the schema, and the model's version that jobs are scored by."""

    schema: Schema
    model: str

    def open(self, store: Store, key: str) -> dict[str, Any]:
        """Survey an upload; return what the Map needs, and whether there is anything to do.

        The job is named by the file's content and the model: the same file again is the same job,
        and one that is finished is not done again.

        Raises
        ------
        Refused
            It is no CSV or JSON Lines of samples, or too large.
        """
        source, size = store.latest(key)
        if size > MAX_BYTES:
            raise Refused(f"the file is larger than {MAX_BYTES:,} bytes; split it")
        try:
            survey, form = self._survey(store, source)
            job = f"{survey.sha256[:32]}-{self.model}"
            finished = self._is_finished(store, job)
            rows, read = survey.rows, source
            if not finished and not survey.plain:
                rows, read = self._copy(store, source, survey, f"batches/{job}/rows.jsonl")
        except InvalidTable as invalid:
            raise Refused(str(invalid)) from None
        if rows == 0:
            raise Refused("the file holds no samples")
        return {
            "job": job,
            "finished": finished,
            "form": form,
            "model": self.model,
            "columns": survey.columns,
            "rows": rows,
            "labelled": self._is_labelled(survey.columns),
            "source": {**source._asdict(), "sha256": survey.sha256, "bytes": survey.size},
            "read": read._asdict(),
            "work": f"batches/{job}",
            "results": f"results/{job}",
        }

    def close(self, store: Store, job: Mapping[str, Any], manifest: str) -> dict[str, Any]:
        """Enter every outcome once, write the files, and last the manifest that vouches for them.

        Nothing in the files depends on the order, the number or the time of the batches, so to
        close a job twice does no harm.
        """
        with Ledger(job["rows"], self.schema, job["model"]) as ledger:
            for outcome in read_outcomes(store, manifest):
                if isinstance(outcome, Failure):
                    ledger.note_failure(outcome.rows, outcome.error)
                else:
                    ledger.enter(outcome)
            ledger.settle()
            return _write(store, job, ledger)

    def _survey(self, store: Store, source: Version) -> tuple[Survey, str]:
        lines = store.lines(source.key, source.version)
        if source.key.endswith((".jsonl", ".ndjson")):
            return survey_lines(lines), "lines"
        if source.key.endswith(".csv"):
            survey = survey_table(lines, self.schema)
            return survey, "table" if survey.plain else "cells"
        raise Refused("the name must end in .csv, .jsonl or .ndjson")

    def _copy(self, store: Store, source: Version, survey: Survey, key: str) -> tuple[int, Version]:
        lines = store.lines(source.key, source.version)
        items = copy_table(lines, survey) if survey.columns else copy_lines(lines)
        rows = 0

        def pieces() -> Iterator[bytes]:
            nonlocal rows
            for item in items:
                rows += 1
                yield json.dumps(item).encode() + b"\n"

        store.put_pieces(key, pieces())
        return rows, store.latest(key)[0]

    def _is_finished(self, store: Store, job: str) -> bool:
        manifest = store.document(f"results/{job}/manifest.json")
        return manifest is not None and manifest["unscored"] == 0

    def _is_labelled(self, columns: list[str]) -> bool:
        header = read_header(columns, self.schema)
        return header is not None and layout_of_header(header, self.schema).label is not None


def _write(store: Store, job: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    counts = ledger.summary(job["labelled"])
    summary = {"job": job["job"], "model": job["model"], **counts}
    folder = job["results"]
    written = {
        "results.csv": store.put_pieces(f"{folder}/results.csv", ledger.results.read()),
        "faults.csv": store.put_pieces(f"{folder}/faults.csv", ledger.faults.read()),
        "summary.json": store.put_document(f"{folder}/summary.json", summary),
    }
    document = {
        "job": job["job"],
        "model": job["model"],
        "source": job["source"],
        "unscored": counts["unscored"],
        "files": {name: file._asdict() for name, file in written.items()},
    }
    store.put_document(f"{folder}/manifest.json", document)
    brief = ("rows", "scored", "faulty", "unscored", "repeated", "strays")
    return {"job": job["job"], "results": folder, **{name: counts[name] for name in brief}}
