"""Publishes the form's files into the bucket.

The form's scripts, styles and pictures go into a folder named by a hash of them all, and may be
kept for a year; pages, data and what other tools made keep their names and are revalidated. A
page therefore never loads a script of another release, and modules go on importing their
neighbours by relative names.
"""

import hashlib
import json
import mimetypes
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cytology.description import describe
from cytology.schema import Schema, load_schema
from deploy.account import Account, outputs
from deploy.template import ROOT

#: Output of a stack whose form the API serves.
NO_DISTRIBUTION = "-"
FOREVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
HASHED = {".css", ".js", ".json", ".png", ".svg", ".webp", ".woff2"}
#: A service worker's scope is the folder that it comes from.
ROOTED = {"sw.js"}
#: Folders that are published together with the form's own.
ADDED = (ROOT / "build" / "site",)
FEATURES = ROOT / "artifact" / "features.json"
TEXTUAL = {"application/json", "image/svg+xml"}


class File(NamedTuple):
    """One object of the bucket."""

    key: str
    content: bytes
    content_type: str
    cache_control: str

    @property
    def etag(self) -> str:
        """What S3 calls an object that was put in one piece."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


class Plan(NamedTuple):
    """Changes: files to upload, in this order, then keys to delete."""

    put: tuple[File, ...]
    delete: tuple[str, ...]


def site_files(
    form: Path = ROOT / "frontend",
    added: Sequence[Path] = ADDED,
    features: Path = FEATURES,
) -> list[File]:
    """Return every object in upload order: a file comes before the pages that link it."""
    own = {name: content for name, content in _read(form).items() if not name.endswith(".d.ts")}
    hashed = {
        name: content
        for name, content in own.items()
        if Path(name).suffix in HASHED and name not in ROOTED
    }
    others = {name: content for name, content in own.items() if name not in hashed}
    for directory in added:
        # The form's own file comes first, as on the local server
        others = {**_read(directory), **others}
    others |= _described(load_schema(str(features)))
    folder = f"a/{_release(hashed)}"
    files = [_file(f"{folder}/{name}", content, FOREVER) for name, content in hashed.items()]
    for name in sorted(others, key=lambda name: (name in ROOTED, name.endswith(".html"), name)):
        content = others[name]
        if name in ROOTED or name.endswith((".html", ".webmanifest")):
            content = _pointing_into(folder, content.decode(), hashed).encode()
        files.append(_file(name, content, ALWAYS_ASK))
    return files


def _described(schema: Schema) -> dict[str, bytes]:
    """What the form shows of the model, in each of its languages, as the local server has it."""
    names = {"": "features.json"} | {lang: f"features.{lang}.json" for lang in schema.translations}
    return {name: json.dumps(describe(schema, lang)).encode() for lang, name in names.items()}


def plan(account: Account, bucket: str, files: list[File]) -> Plan:
    """Compare with what the bucket holds now."""
    pages = account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    held = {
        item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])
    }
    put = tuple(file for file in files if held.get(file.key) != file.etag)
    wanted = {file.key for file in files}
    return Plan(put, tuple(sorted(key for key in held if key not in wanted)))


def publish(account: Account, files: list[File] | None = None, wait: bool = True) -> Plan:
    """Make the bucket hold exactly these files, and empty CloudFront's cache where there is one.

    Safe to repeat, and to repeat after a failure: the plan is made from what is there.
    """
    found = outputs(account)
    bucket = found["SiteBucketName"]
    changes = plan(account, bucket, site_files() if files is None else files)
    s3 = account.client("s3")
    for file in changes.put:
        s3.put_object(
            Bucket=bucket,
            Key=file.key,
            Body=file.content,
            ContentType=file.content_type,
            CacheControl=file.cache_control,
        )
    # Last: until the new pages are uploaded, the old ones need these files
    for start in range(0, len(changes.delete), 1000):
        keys = [{"Key": key} for key in changes.delete[start : start + 1000]]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    distribution = found["DistributionId"]
    if distribution != NO_DISTRIBUTION and (changes.put or changes.delete):
        _invalidate(account.client("cloudfront"), distribution, wait)
    return changes


def _invalidate(cloudfront: Any, distribution: str, wait: bool) -> None:
    created = cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            # Everything counts as one path; no cache holds another file under a hashed name
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": f"publish-{time.time_ns()}",
        },
    )
    if wait:
        cloudfront.get_waiter("invalidation_completed").wait(
            DistributionId=distribution, Id=created["Invalidation"]["Id"]
        )


def _read(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _release(hashed: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in hashed.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def _pointing_into(folder: str, text: str, hashed: dict[str, bytes]) -> str:
    """Rewrite quoted names of hashed files: attributes of a page, the list of a service worker."""
    names = "|".join(re.escape(name) for name in hashed)
    text = re.sub(rf'"(?:\./|/)?({names})"', rf'"/{folder}/\1"', text) if names else text
    # A new release is a new cache
    return re.sub(r'"shell-\w+"', f'"shell-{folder[2:]}"', text)


def _file(key: str, content: bytes, cache_control: str) -> File:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    # The machine's own table may call scripts what browsers refuse as modules
    kind = "text/javascript" if key.endswith(".js") else kind
    kind = "application/manifest+json" if key.endswith(".webmanifest") else kind
    textual = kind.startswith("text/") or kind in TEXTUAL
    return File(key, content, f"{kind}; charset=utf-8" if textual else kind, cache_control)
