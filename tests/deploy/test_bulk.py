"""`make bulk` uploads once, finds its job again, and believes no download without its checksum."""

import hashlib
import json

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.stub import ANY

from deploy import __main__ as command
from deploy import release
from deploy.account import Trouble
from deploy.bulk import run_job
from tests.deploy.conftest import STACK

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:jobs"
TEXT = "1,1,1,1,2,1,3,1,1\n"
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
EXECUTION = f"{MACHINE.replace('stateMachine', 'execution')}:{DIGEST}"
RESULTS = {"results.csv": b"row\n1\n", "faults.csv": b"row\n", "summary.json": b"{}\n"}
OUTPUT = json.dumps({"job": {"results": "results/job"}})


@pytest.fixture
def stage(aws):
    """A stage with bulk jobs: its bucket, with the results of the job in it."""
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"BulkBucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": {
            "BulkBucketName": {"Value": {"Ref": "BulkBucket"}},
            "BulkJobsArn": {"Value": MACHINE},
        },
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    outputs = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    aws.bucket = next(o["OutputValue"] for o in outputs if o["OutputKey"] == "BulkBucketName")
    files = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in RESULTS.items()
    }
    manifest = json.dumps({"files": files}).encode()
    for name, content in {**RESULTS, "manifest.json": manifest}.items():
        aws.client("s3").put_object(Bucket=aws.bucket, Key=f"results/job/{name}", Body=content)
    return aws


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text(TEXT)
    return path


def describe(status, **more):
    times = {"startDate": 0, "name": DIGEST, "stateMachineArn": MACHINE}
    return {"executionArn": EXECUTION, "status": status, **times, **more}


def expect_start(stage, name=DIGEST, **refusal):
    upload = {
        "bucket": {"name": stage.bucket},
        "object": {"key": f"uploads/{DIGEST}.csv"},
    }
    asked = {"stateMachineArn": MACHINE, "name": name, "input": json.dumps(upload)}
    stub = stage.stub("stepfunctions")
    if refusal:
        stub.add_client_error("start_execution", expected_params=asked, **refusal)
    else:
        stub.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0}, asked)


def expect_state(stage, status, **more):
    stage.stub("stepfunctions").add_response(
        "describe_execution", describe(status, **more), {"executionArn": EXECUTION}
    )


def run(stage, file, tick=lambda _: None):
    return run_job(stage.account, file, tick, sleep=lambda _: None)


def test_a_file_is_uploaded_scored_and_its_results_are_beside_it(stage, file):
    expect_start(stage)
    expect_state(stage, "RUNNING")
    states = stage.stub("stepfunctions")
    run_arn = f"{MACHINE.replace('stateMachine', 'mapRun')}/Table:1"
    listed = {"executionArn": EXECUTION, "mapRunArn": run_arn, "startDate": 0}
    states.add_response(
        "list_map_runs",
        {"mapRuns": [{**listed, "stateMachineArn": MACHINE}]},
        {"executionArn": EXECUTION},
    )
    kinds = ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total")
    counts = {**dict.fromkeys((*kinds, "resultsWritten"), 0), "succeeded": 3, "total": 9}
    states.add_response(
        "describe_map_run",
        {
            "mapRunArn": run_arn,
            "executionArn": EXECUTION,
            "status": "RUNNING",
            "startDate": 0,
            "maxConcurrency": 1,
            "toleratedFailurePercentage": 1,
            "toleratedFailureCount": 0,
            "itemCounts": counts,
            "executionCounts": counts,
        },
        {"mapRunArn": run_arn},
    )
    expect_state(stage, "SUCCEEDED", output=OUTPUT)
    seen = []

    targets = run(stage, file, seen.append)

    assert seen == [(3, 9)]
    assert {target.name: target.read_bytes() for target in targets} == {
        f"samples.{name}": content for name, content in RESULTS.items()
    }
    held = stage.client("s3").get_object(Bucket=stage.bucket, Key=f"uploads/{DIGEST}.csv")
    with held["Body"] as body:
        assert body.read().decode() == TEXT


def test_a_job_that_failed_is_redriven_and_not_begun_anew(stage, file):
    expect_start(stage, service_error_code="ExecutionAlreadyExists")
    expect_state(stage, "FAILED", redriveStatus="REDRIVABLE", redriveCount=2)
    stage.stub("stepfunctions").add_response(
        "redrive_execution", {"redriveDate": 0}, {"executionArn": EXECUTION}
    )
    # Not yet the answer of after the redrive
    expect_state(stage, "FAILED", redriveCount=2)
    stage.stub("stepfunctions").add_response(
        "list_map_runs", {"mapRuns": []}, {"executionArn": EXECUTION}
    )
    expect_state(stage, "SUCCEEDED", redriveCount=3, output=OUTPUT)

    assert len(run(stage, file)) == 3


def test_a_job_under_way_is_joined(stage, file):
    expect_start(stage, service_error_code="ExecutionAlreadyExists")
    expect_state(stage, "RUNNING", redriveStatus="NOT_REDRIVABLE")
    expect_state(stage, "SUCCEEDED", output=OUTPUT)

    assert len(run(stage, file)) == 3


def test_a_finished_job_is_asked_for_again_and_the_clerk_knows_it(stage, file):
    expect_start(stage, service_error_code="ExecutionAlreadyExists")
    expect_state(stage, "SUCCEEDED", redriveStatus="NOT_REDRIVABLE", output=OUTPUT)
    expect_start(stage, name=ANY)
    expect_state(stage, "SUCCEEDED", output=OUTPUT)

    assert len(run(stage, file)) == 3


def test_a_refused_file_is_explained_in_the_clerk_s_words(stage, file):
    expect_start(stage)
    cause = json.dumps({"errorMessage": "the file holds no samples", "errorType": "Refused"})
    expect_state(stage, "FAILED", error="Refused", cause=cause)

    with pytest.raises(Trouble, match=r"Refused the file holds no samples$"):
        run(stage, file)


def test_a_download_that_is_not_what_the_manifest_says_is_not_kept(stage, file):
    stage.client("s3").put_object(Bucket=stage.bucket, Key="results/job/results.csv", Body=b"other")
    expect_start(stage)
    expect_state(stage, "SUCCEEDED", output=OUTPUT)

    with pytest.raises(Trouble, match=r"results\.csv is not what the manifest says"):
        run(stage, file)
    assert not file.with_name("samples.results.csv").exists()


def test_a_stage_without_bulk_jobs_says_how_to_get_them(stack, file):
    with pytest.raises(Trouble, match="BulkConcurrency"):
        run_job(stack.account, file)


def test_the_command_shows_progress_and_names_the_files(stage, file, monkeypatch, capsys):
    monkeypatch.setattr(command, "open_account", lambda _stage: stage.account)
    expect_start(stage)
    expect_state(stage, "SUCCEEDED", output=OUTPUT)

    assert command.main(["bulk", str(file)]) == 0

    assert capsys.readouterr().out.split() == [
        str(file.with_name(f"samples.{name}")) for name in RESULTS
    ]


def test_destroying_empties_the_jobs_bucket_too(stage):
    ran = []

    release.destroy(stage.account, run=ran.append)

    held = stage.client("s3").list_object_versions(Bucket=stage.bucket)
    assert "Versions" not in held
    assert len(ran) == 1


def test_an_upload_that_aws_refuses_is_told_in_one_line(monkeypatch, capsys):
    def fail(account, path, tick):
        raise S3UploadFailedError("Failed to upload: AccessDenied")

    monkeypatch.setattr(command, "open_account", lambda stage: None)
    monkeypatch.setattr(command, "run_job", fail)

    assert command.main(["bulk", "samples.csv"]) == 1
    assert capsys.readouterr().err.endswith("bulk: AWS says: Failed to upload: AccessDenied\n")
