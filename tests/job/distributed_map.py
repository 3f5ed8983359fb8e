"""Plays a Distributed Map as AWS documents it: reads, batches, and writes what ResultWriter writes.

Stands in for what no emulator here does (docs/decisions/0061): it proves the functions' side of
the events and files, and nothing about Step Functions itself. CSV is read as on
docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html: short rows padded,
long ones cut, quotes optional, a backslash taken away.
"""

import json
from itertools import batched

BUCKET = "bulk"
RUN = (
    "arn:aws:states:eu-central-1:123456789012:mapRun:bulk/Map:ad9b5f27-090b-3ac6-9beb-243cd77144a7"
)


def read_items(s3, job):
    """What ItemReader makes of the object that the opening step named."""
    read = job["read"]
    body = s3.get_object(Bucket=read["bucket"], Key=read["key"], VersionId=read["version"])
    text = body["Body"].read().decode()
    lines = [line for line in text.split("\n") if line]
    if job["form"] != "table":
        return [json.loads(line) for line in lines]
    header = lines[0].split(",")
    rows = [line.replace("\\", "").split(",") for line in lines[1:]]
    return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]


def batches(items, job, size):
    """What ItemSelector and ItemBatcher make of items: the children's inputs."""
    for part in batched(enumerate(items), size):
        yield {
            "BatchInput": {key: job[key] for key in ("form", "model", "columns")},
            "Items": [{"row": row, "value": value} for row, value in part],
        }


def record(name, event, output=None, error=None):
    """One child's record, as `Transformation: NONE` and every failure has it."""
    child = f"{RUN.replace('mapRun', 'execution')}:{name}"
    found = {
        "ExecutionArn": child,
        "Input": json.dumps(event),
        "InputDetails": {"Included": True},
        "Name": name,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StartDate": "2026-11-23T19:11:42.263Z",
        "StateMachineArn": "arn:aws:states:eu-central-1:123456789012:stateMachine:bulk/Map",
        "StopDate": "2026-11-23T19:11:43.263Z",
    }
    if error:
        return {**found, "Status": "FAILED", "Error": error, "Cause": "the cause may quote a row"}
    return {
        **found,
        "Output": json.dumps(output),
        "OutputDetails": {"Included": True},
        "Status": "SUCCEEDED",
    }


def write_results(s3, job, succeeded, failed=(), pending=(), compact=True):
    """What ResultWriter leaves, and what the Map state returns.

    ``succeeded`` holds (input, output), ``failed`` (input, error), ``pending`` inputs.
    """
    folder = f"{job['work']}/map/ad9b5f27-090b-3ac6-9beb-243cd77144a7"
    files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    end = "jsonl" if compact else "json"

    def put(status, records):
        for number, part in enumerate(batched(records, 3)):
            key = f"{folder}/{status}_{number}.{end}"
            text = "\n".join(map(json.dumps, part)) if compact else json.dumps(list(part), indent=2)
            s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
            files[status].append({"Key": key, "Size": len(text)})

    put(
        "SUCCEEDED",
        [
            output if compact else record(f"s{number}", event, output)
            for number, (event, output) in enumerate(succeeded)
        ],
    )
    put("FAILED", [record(f"f{n}", event, error=error) for n, (event, error) in enumerate(failed)])
    put(
        "PENDING",
        [
            {**record(f"p{n}", event, error="x"), "Status": "PENDING", "Error": None}
            for n, event in enumerate(pending)
        ],
    )
    manifest = {"DestinationBucket": BUCKET, "MapRunArn": RUN, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(manifest).encode())
    return {"MapRunArn": RUN, "ResultWriterDetails": {"Bucket": BUCKET, "Key": key}}


def upload_event(key):
    """The part of S3's "Object Created" event on EventBridge that starts a job."""
    return {
        "version": "0",
        "bucket": {"name": BUCKET},
        "object": {"key": key, "size": 1, "etag": "0", "version-id": "v", "sequencer": "0"},
        "request-id": "0",
        "requester": "123456789012",
        "source-ip-address": "192.0.2.1",
        "reason": "PutObject",
    }
