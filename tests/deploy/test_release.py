"""Deploying, rolling back and deleting do what they say, in that order."""

import json

import pytest

from deploy import release
from deploy.account import DeployError, outputs, stack_name

STACK, REGION = "tumour-classification-test", "eu-central-1"

FUNCTION = {"FunctionName": "predict"}
RUNNING = {
    "applicationName": "application",
    "deploymentGroupName": "group",
    "includeOnlyStatuses": ["Created", "Queued", "InProgress", "Ready"],
}


def no_roll_out(aws):
    aws.stub("codedeploy").add_response("list_deployments", {"deployments": []}, RUNNING)


def live(aws, version):
    aws.stub("lambda").add_response(
        "get_alias",
        {"FunctionVersion": version, "RevisionId": "r-1"},
        {**FUNCTION, "Name": "live"},
    )


def versions(aws, *numbers):
    found = [{"Version": number} for number in ("$LATEST", *numbers)]
    aws.stub("lambda").add_response("list_versions_by_function", {"Versions": found}, FUNCTION)


def moved(aws, version):
    aws.stub("lambda").add_response(
        "update_alias",
        {},
        {
            **FUNCTION,
            "Name": "live",
            "FunctionVersion": version,
            "RoutingConfig": {"AdditionalVersionWeights": {}},
            "RevisionId": "r-1",
        },
    )


@pytest.fixture
def commands(monkeypatch):
    """The commands that a deployment runs; the image and the site are as they may be."""
    monkeypatch.setattr(release, "publish", lambda _: None)
    monkeypatch.setattr(release, "image_id", lambda: "sha256:1")
    return []


def deploy(aws, commands, stage="production", **given):
    release.deploy(aws.account, stage, given, run=commands.append, say=lambda _: None)
    words = commands[-1]
    start = words.index("--parameter-overrides") + 1
    return words, dict(word.split("=", 1) for word in words[start:])


def has_quota(aws, requests):
    aws.stub("lambda").add_response(
        "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": requests}}
    )


def test_deploying_names_region_stage_repository_and_tags(stack, commands):
    has_quota(stack, 1000)

    words, _ = deploy(stack, commands, "staging")

    assert words[1:8] == [
        "deploy", "--stack-name", STACK, "--region", REGION, "--config-env", "staging"
    ]  # fmt: skip
    assert words[words.index("--image-repository") + 1].endswith(f"amazonaws.com/{STACK}")
    assert "stage=staging" in words[words.index("--tags") :]


def test_one_repository_keeps_the_last_images_of_a_stage(stack, commands):
    for _ in range(2):
        has_quota(stack, 1000)
        deploy(stack, commands)

    ecr = stack.client("ecr")
    [repository] = ecr.describe_repositories()["repositories"]
    policy = ecr.get_lifecycle_policy(repositoryName=repository["repositoryName"])
    [rule] = json.loads(policy["lifecyclePolicyText"])["rules"]
    assert rule["action"] == {"type": "expire"}


def test_what_samconfig_sets_is_given_again_and_parameters_win(stack, commands):
    has_quota(stack, 1000)

    _, given = deploy(stack, commands, "staging", Rollout="Canary10Percent5Minutes", Memory="256")

    assert given["Rollout"] == "Canary10Percent5Minutes"
    assert given["LogRetentionDays"] == "7"
    assert given["Memory"] == "256"


def test_the_burst_fits_a_new_account(stack, commands):
    has_quota(stack, 10)

    _, given = deploy(stack, commands)

    assert given["RequestBurst"] == "10"


@pytest.mark.parametrize("given", [{"Memry": "1"}, {"DomainName": "a.example.org"}])
def test_a_wrong_parameter_is_refused_before_anything_is_made(stack, commands, given):
    has_quota(stack, 1000)

    with pytest.raises(DeployError, match=r"Memory|CertificateArn"):
        deploy(stack, commands, **given)

    assert commands == []
    assert stack.client("ecr").describe_repositories()["repositories"] == []


def test_a_dead_first_deployment_is_deleted_and_the_deployment_goes_on(aws, commands, monkeypatch):
    has_quota(aws, 1000)
    states = [{"StackStatus": "ROLLBACK_COMPLETE", "Parameters": []}]
    monkeypatch.setattr(release, "describe", lambda _: states.pop() if states else None)
    monkeypatch.setattr(release, "outputs", lambda _: {})
    said = []

    release.deploy(aws.account, "production", {}, run=commands.append, say=said.append)

    assert [words[1] for words in commands] == ["delete", "deploy"]
    assert "ROLLBACK_COMPLETE" in said[0]


def test_two_stages_are_two_stacks():
    assert stack_name("staging") != stack_name("production")


def test_rolling_back_moves_all_traffic_to_the_version_before(stack):
    no_roll_out(stack)
    live(stack, "7")
    versions(stack, "3", "6", "7")
    moved(stack, "6")

    assert "version 6 serves again instead of 7" in release.roll_back(stack.account)


def test_rolling_back_takes_a_version_by_number(stack):
    no_roll_out(stack)
    live(stack, "7")
    versions(stack, "3", "6", "7")
    moved(stack, "3")

    assert "version 3" in release.roll_back(stack.account, to="3")


@pytest.mark.parametrize("to", ["4", "latest"])
def test_a_version_that_is_not_there_is_refused_and_the_others_are_named(to, stack):
    no_roll_out(stack)
    live(stack, "7")
    versions(stack, "3", "7")

    with pytest.raises(DeployError, match="there are 3, 7"):
        release.roll_back(stack.account, to=to)


def test_the_first_version_has_nothing_to_go_back_to(stack):
    no_roll_out(stack)
    live(stack, "1")
    versions(stack, "1")

    with pytest.raises(DeployError, match="is the first"):
        release.roll_back(stack.account)


def test_a_roll_out_under_way_is_stopped_and_not_raced(stack):
    stub = stack.stub("codedeploy")
    stub.add_response("list_deployments", {"deployments": ["d-1"]}, RUNNING)
    stub.add_response(
        "stop_deployment",
        {"status": "Pending"},
        {"deploymentId": "d-1", "autoRollbackEnabled": True},
    )

    assert "stopped the roll-out d-1" in release.roll_back(stack.account)


def test_destroying_empties_every_version_of_the_bucket_before_sam_deletes(stack):
    s3 = stack.client("s3")
    bucket = outputs(stack.account)["SiteBucketName"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"old", b"new"):
        s3.put_object(Bucket=bucket, Key="index.html", Body=content)
    s3.delete_object(Bucket=bucket, Key="index.html")
    left = []

    def run(command):
        left.append(s3.list_object_versions(Bucket=bucket))
        left.append(list(command))

    release.destroy(stack.account, run=run)

    assert "Versions" not in left[0]
    assert "DeleteMarkers" not in left[0]
    assert left[1][1:4] == ["delete", "--stack-name", stack.account.stack]


def test_destroying_what_is_not_there_is_refused(aws):
    with pytest.raises(DeployError, match="no stack"):
        release.destroy(aws.account, run=pytest.fail)


def test_a_failed_command_is_named():
    with pytest.raises(DeployError, match="false deploy failed"):
        release.run_command(["false", "deploy"])
