"""Turns keys of the job's bucket into lines and documents, and files into objects."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cytology.columns import InvalidTable
from job.ledger import File, Hashed

_CHUNK = 2**20
#: No row of nine scores is as long; a file without line ends must not fill the memory.
_MAX_LINE = 2**20


class Version(NamedTuple):
    """One version of one object: what is read twice must be the same twice."""

    bucket: str
    key: str
    version: str


class Store:
    """The bucket, by a client of S3."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def latest(self, key: str) -> tuple[Version, int]:
        """The object's version as of now, and its size in bytes."""
        head = self._client.head_object(Bucket=self.bucket, Key=key)
        return Version(self.bucket, key, head.get("VersionId", "null")), head["ContentLength"]

    def lines(self, key: str, version: str | None = None) -> Iterator[bytes]:
        """An object's lines with their ends, as they arrive.

        Raises
        ------
        cytology.columns.InvalidTable
            A line is longer than any row can be.
        """
        rest = b""
        for chunk in self.chunks(key, version):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line + b"\n"
            if len(rest) > _MAX_LINE:
                raise InvalidTable(f"a line is longer than {_MAX_LINE:,} bytes")
        if rest:
            yield rest

    def chunks(self, key: str, version: str | None = None) -> Iterator[bytes]:
        """An object's bytes as they arrive, never more than a megabyte at a time."""
        asked = {"VersionId": version} if version else {}
        body = self._client.get_object(Bucket=self.bucket, Key=key, **asked)["Body"]
        while chunk := body.read(_CHUNK):
            yield chunk

    def document(self, key: str) -> Any | None:
        """A JSON document, None where there is none."""
        found = self._client.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        if key not in [item["Key"] for item in found.get("Contents", [])]:
            return None
        return json.loads(self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def put_document(self, key: str, document: Any) -> File:
        """Write a JSON document; the same one is the same bytes."""
        text = json.dumps(document, indent=1) + "\n"
        return self.put_pieces(key, iter([text.encode()]))

    def put_pieces(self, key: str, pieces: Iterator[bytes]) -> File:
        """Write an object piece by piece; it comes into being whole or not at all."""
        stream = Hashed(pieces)
        self._client.upload_fileobj(stream, self.bucket, key)
        return stream.file()
