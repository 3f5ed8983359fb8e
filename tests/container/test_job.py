"""A whole bulk job through the real image: both entry points, S3 by moto, the Map played between.

Executed: the functions, on the events and files of a Distributed Map. Not executed: Step Functions.
"""

import csv
import hashlib
import io
import json
import subprocess
from contextlib import ExitStack

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.bulk.test_runner import FAULTY_ROWS, TRICKY
from tests.job.distributed_map import BUCKET, batches, read_items, upload_event, write_results
from tests.job.test_clerk import PLAIN
from tests.transports import invoke_emulator, running_container

#: Lambda's own limits: read-only but for /tmp, no capabilities, an unprivileged user.
LIMITS = ["--read-only", "--tmpfs", "/tmp", "--user", "993:990", "--cap-drop", "ALL"]
LIMITS += ["--security-opt", "no-new-privileges"]


def host_address():
    """Where containers reach this machine; as a number, so that buckets stay in the path."""
    inspect = ["docker", "network", "inspect", "bridge", "--format"]
    ran = subprocess.run(
        [*inspect, "{{(index .IPAM.Config 0).Gateway}}"], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def job(image):
    """A client of S3, and the two functions as Step Functions would invoke them."""
    with ExitStack() as stack:
        server = ThreadedMotoServer(ip_address=host_address(), port=0, verbose=False)
        server.start()
        stack.callback(server.stop)
        host, port = server.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "BULK_CONCURRENCY": "7",
        }
        s3 = boto3.client(
            "s3",
            region_name="eu-central-1",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        stack.callback(s3.close)
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        ports = [
            stack.enter_context(
                running_container(image, settings, *LIMITS, *more, command=(handler,))
            )
            for handler, settings, more in (
                # Without any network but the port that it is asked by
                ("job.app.score", {}, []),
                ("job.app.clerk", environment, []),
            )
        ]
        yield s3, *[lambda event, port=port: invoke_emulator(port, event) for port in ports]


def table(s3, key):
    content = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return content, list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize(
    ("text", "form", "faulty"),
    [(PLAIN, "table", []), ("\n".join(TRICKY), "cells", FAULTY_ROWS)],
    ids=["plain", "tricky"],
)
def test_a_job_accounts_for_every_row(text, form, faulty, job):
    s3, score, clerk = job
    key = f"inbox/{form}.csv"
    s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())

    opened = clerk({"step": "open", "upload": upload_event(key)})
    assert "form" in opened, opened
    assert (opened["form"], opened["finished"], opened["concurrency"]) == (form, False, 7)
    children = [(event, score(event)) for event in batches(read_items(s3, opened), opened, 5)]
    details = write_results(s3, opened, [*children, children[0]])
    closed = clerk({"step": "close", "job": opened, "map": details})

    assert "unscored" in closed, closed
    assert closed["unscored"] == 0
    assert closed["repeated"] == len(children[0][0]["Items"])
    content, results = table(s3, f"{closed['results']}/results.csv")
    _, faults = table(s3, f"{closed['results']}/faults.csv")
    assert sorted({int(row["row"]) for row in faults}) == faulty
    rows = sorted([*[int(row["row"]) for row in results], *faulty])
    assert rows == list(range(1, opened["rows"] + 1))
    manifest = json.loads(
        s3.get_object(Bucket=BUCKET, Key=f"{closed['results']}/manifest.json")["Body"].read()
    )
    assert manifest["files"]["results.csv"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert clerk({"step": "open", "upload": upload_event(key)})["finished"]


def test_failed_children_end_as_faults(job):
    s3, score, clerk = job
    s3.put_object(Bucket=BUCKET, Key="inbox/failing.csv", Body=(PLAIN + "z" + PLAIN[-22:]).encode())
    opened = clerk({"step": "open", "upload": upload_event("inbox/failing.csv")})
    first, *others = list(batches(read_items(s3, opened), opened, 5))

    details = write_results(
        s3, opened, [(event, score(event)) for event in others], failed=[(first, "Lambda.Unknown")]
    )
    closed = clerk({"step": "close", "job": opened, "map": details})

    assert "unscored" in closed, closed
    assert closed["unscored"] == 5
    assert closed["scored"] + closed["faulty"] + closed["unscored"] == opened["rows"]


def test_a_file_that_is_no_table_ends_the_job_with_a_named_error(job):
    s3, _, clerk = job
    s3.put_object(Bucket=BUCKET, Key="inbox/other.csv", Body=b"a,b\n1,2\n")

    found = clerk({"step": "open", "upload": upload_event("inbox/other.csv")})

    # What the state machine's Retry looks for
    assert found["errorType"] == "Refused"
