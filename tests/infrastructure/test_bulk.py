"""Bulk jobs cost nothing while idle, may do little, and their state machine is well formed.

Validated, not executed: no emulator here runs a Distributed Map faithfully (decision 0061).
"""

import json

import pytest

from tests.infrastructure.translated import ROOT, of_type, read, texts, translate


@pytest.fixture(scope="module")
def bulk():
    return translate("stacks/bulk.yaml")


@pytest.fixture(scope="module")
def jobs():
    return translate("stacks/jobs.yaml")


@pytest.fixture(scope="module")
def definition(jobs):
    return jobs["Resources"]["BulkJobs"]["Properties"]["Definition"]


def maps(definition):
    return {name: state for name, state in definition["States"].items() if state["Type"] == "Map"}


def test_csv_and_json_lines_are_read_from_the_version_that_was_surveyed(definition):
    readers = {name: state["ItemReader"] for name, state in maps(definition).items()}

    assert [reader["ReaderConfig"] for reader in readers.values()] == [
        {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        {"InputType": "JSONL"},
    ]
    for reader in readers.values():
        assert reader["Parameters"]["VersionId.$"] == "$.job.read.version"


def test_every_row_carries_its_number_and_batches_fit_into_a_child(definition):
    for state in maps(definition).values():
        assert state["ItemSelector"]["row.$"] == "$$.Map.Item.Index"
        assert state["ItemBatcher"]["MaxInputBytesPerBatch"] < 262_144
        # What the handler looks for in BatchInput
        assert set(state["ItemBatcher"]["BatchInput"]) == {"form.$", "model.$", "columns.$"}
        assert state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
        assert state["ToleratedFailurePercentage"] <= 1
        assert "Catch" not in state  # it fails as a whole, and a redrive goes on with what is left


def test_results_are_written_as_the_clerk_reads_them(definition):
    for state in maps(definition).values():
        assert state["ResultWriter"]["WriterConfig"] == {
            "Transformation": "COMPACT",
            "OutputType": "JSONL",
        }
        assert state["ResultWriter"]["Parameters"]["Prefix.$"] == "$.job.work"


def test_every_task_is_tried_again_with_jitter(definition):
    inner = [
        task
        for state in maps(definition).values()
        for task in state["ItemProcessor"]["States"].values()
    ]
    outer = [state for state in definition["States"].values() if state["Type"] == "Task"]

    for task in [*inner, *outer]:
        last = task["Retry"][-1]
        assert last["ErrorEquals"] == ["States.TaskFailed"]
        assert last["JitterStrategy"] == "FULL"
        assert last["MaxAttempts"] >= 3
    # What no second attempt mends is not attempted again
    assert {"ErrorEquals": ["Refused"], "MaxAttempts": 0} in definition["States"]["Open"]["Retry"]


def test_only_named_versions_are_invoked(jobs, definition):
    substitutions = jobs["Resources"]["BulkJobs"]["Properties"]["DefinitionSubstitutions"]

    assert substitutions == {"Clerk": {"Ref": "ClerkVersion"}, "Score": {"Ref": "ScoreVersion"}}
    used = {text for text in texts(definition) if text.startswith("${")}
    assert used == {"${Clerk}", "${Score}"}


def test_no_role_has_more_than_it_needs(bulk, jobs):
    policies = [
        policy
        for template in (bulk, jobs)
        for role in of_type(template, "AWS::IAM::Role").values()
        for policy in role["Policies"]
    ] + list(of_type(jobs, "AWS::IAM::RolePolicy").values())
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            assert "*" not in json.dumps(statement["Action"])
            assert statement["Resource"] != "*"
    score = bulk["Resources"]["ScoreRole"]["Properties"]["Policies"]
    assert [item["Action"] for item in score[0]["PolicyDocument"]["Statement"]] == [
        ["logs:CreateLogStream", "logs:PutLogEvents"]
    ]
    clerk = bulk["Resources"]["ClerkRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    writes = [item for item in clerk["Statement"] if "s3:PutObject" in item["Action"]]
    assert [text.partition("/")[2] for text in texts(writes[0]["Resource"])] == [
        "batches/*",
        "results/*",
    ]


def test_the_bucket_is_private_encrypted_versioned_and_forgets(bulk):
    [bucket] = of_type(bulk, "AWS::S3::Bucket").values()
    [policy] = of_type(bulk, "AWS::S3::BucketPolicy").values()
    [tls] = policy["PolicyDocument"]["Statement"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert all(rule["ExpirationInDays"] <= 30 for rule in rules)


def test_an_upload_to_the_inbox_starts_a_job_with_what_the_clerk_reads(jobs, definition):
    [rule] = of_type(jobs, "AWS::Events::Rule").values()
    [target] = rule["Targets"]

    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "inbox/"}]}
    assert target["InputPath"] == "$.detail"
    assert "DeadLetterConfig" in target
    assert definition["States"]["Open"]["Parameters"]["Payload"]["upload.$"] == "$"


def test_nothing_of_it_is_there_unless_asked_for_and_nothing_costs_while_idle(bulk, jobs):
    root = translate("template.yaml")

    assert root["Parameters"]["BulkConcurrency"]["Default"] == 0
    assert root["Resources"]["Bulk"]["Condition"] == "HasBulk"
    assert root["Resources"]["Jobs"]["Condition"] == "HasBulk"
    kinds = {
        resource["Type"] for template in (bulk, jobs) for resource in template["Resources"].values()
    }
    assert kinds == {
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::IAM::RolePolicy",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::StepFunctions::StateMachine",
    }


def test_both_functions_are_the_one_image_with_other_entry_points(bulk):
    functions = of_type(bulk, "AWS::Lambda::Function")
    commands = {name: item["ImageConfig"]["Command"] for name, item in functions.items()}

    assert commands == {
        "ScoreFunction": ["job.app.score"], "ClerkFunction": ["job.app.clerk"]
    }  # fmt: skip
    for name in functions:
        template = read("stacks/bulk.yaml")["Resources"][name]["Metadata"]
        file = (ROOT / "stacks" / template["DockerContext"] / template["Dockerfile"]).resolve()
        assert file == ROOT / "functions" / "predict" / "Dockerfile"


def test_every_parameter_of_both_stacks_is_given(bulk, jobs):
    root = translate("template.yaml")
    for name, template in (("Bulk", bulk), ("Jobs", jobs)):
        given = set(root["Resources"][name]["Properties"]["Parameters"])
        assert given == set(template["Parameters"])
