"""Deploying, rolling back and deleting do what they say, in that order."""

import pytest

from deploy import release
from deploy.account import Trouble, outputs, stack_name

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


def test_deploying_calls_sam_with_the_stage_s_settings_and_publishes(stack, monkeypatch):
    commands, published = [], []
    monkeypatch.setattr(release, "publish", published.append)

    found = release.deploy(stack.account, "staging", ["Memory=256"], run=commands.append)

    [command] = commands
    assert command[1:] == [
        "deploy", "--stack-name", "tumour-classification-test", "--config-env", "staging",
        "--parameter-overrides", "Memory=256",
    ]  # fmt: skip
    assert published == [stack.account]
    assert found["SiteUrl"] == "https://site.example.org"


def test_a_stage_without_settings_of_its_own_takes_the_default(stack):
    command = release.sam_deploy(stack.account, "production", [])

    assert command[-2:] == ["--config-env", "default"]


def test_two_stages_are_two_stacks():
    assert stack_name("staging") != stack_name("production")


def test_a_rehearsal_changes_nothing_and_lists_all(stack):
    lines = release.rehearse(stack.account, "production", [])

    assert any(line.startswith("put index.html") for line in lines)
    assert lines[-1] == "invalidate /*"
    bucket = outputs(stack.account)["SiteBucketName"]
    assert "Contents" not in stack.client("s3").list_objects_v2(Bucket=bucket)


def test_a_rehearsal_works_before_there_is_a_stack(aws):
    assert release.rehearse(aws.account, "production", [])[-1] == "invalidate /*"


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

    with pytest.raises(Trouble, match="there are 3, 7"):
        release.roll_back(stack.account, to=to)


def test_the_first_version_has_nothing_to_go_back_to(stack):
    no_roll_out(stack)
    live(stack, "1")
    versions(stack, "1")

    with pytest.raises(Trouble, match="is the first"):
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
    assert left[1][1:] == ["delete", "--stack-name", stack.account.stack, "--no-prompts"]


def test_destroying_what_is_not_there_is_refused(aws):
    with pytest.raises(Trouble, match="no stack"):
        release.destroy(aws.account, run=pytest.fail)


def test_a_failed_command_is_named():
    with pytest.raises(Trouble, match="false deploy failed"):
        release.run_command(["false", "deploy"])


class Answer:
    def __init__(self, status):
        self.status = status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_the_smoke_test_asks_the_site_s_own_address():
    asked = []

    release.smoke("https://site", lambda url, timeout: asked.append(url) or Answer(200))

    assert asked == ["https://site/v1/health"]


@pytest.mark.parametrize("fault", [OSError("no route"), 503])
def test_a_site_that_does_not_answer_fails_the_deployment(fault):
    def opener(url, timeout):
        if isinstance(fault, OSError):
            raise fault
        return Answer(fault)

    with pytest.raises(Trouble, match="/v1/health"):
        release.smoke("https://site", opener)
