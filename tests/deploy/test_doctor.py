"""Each usual mistake is found, named, and given its remedy; a sound state is left in peace."""

import json

import pytest

from deploy import __main__ as command
from deploy import doctor
from deploy.account import DeployError, open_account, outputs
from deploy.doctor import account_problems, machine_problems
from deploy.site import publish

SOUND = {"Architecture": "amd64", "Config": {"Labels": None}}
INDEX = "application/vnd.oci.image.index.v1+json"
DIGEST = "sha256:" + "1" * 64


def machine(image=SOUND, docker="28"):
    """A stand-in for docker; None is a command that fails. Other commands are the real ones."""

    def output(words):
        if words[0] != "docker":
            return doctor.output_of(words)
        if words[:2] == ["docker", "info"]:
            return docker
        return image and json.dumps([image])

    return output


def found(**given):
    return [problem.error for problem in machine_problems("x86_64", machine(**given))]


def test_a_sound_machine_has_no_problem():
    assert found() == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"docker": None}, "Docker is not running"),
        ({"image": None}, "there is no image"),
        ({"image": {**SOUND, "Architecture": "arm64"}}, "built for arm64"),
        ({"image": {**SOUND, "Descriptor": {"mediaType": INDEX}}}, "attestations"),
        ({"image": {**SOUND, "Config": {"Labels": {doctor.STAND_IN: "true"}}}}, "stand-in"),
    ],
)
def test_a_mistake_on_the_machine_is_named(given, problem):
    [what] = found(**given)

    assert problem in what


def test_an_image_for_the_other_processor_is_right_where_it_is_asked_for():
    image = {**SOUND, "Architecture": "arm64"}

    assert list(machine_problems("arm64", machine(image=image))) == []


def prepare(
    stack, live="same", described="same", media="application/vnd.oci.image.manifest.v1+json"
):
    for qualifier, sha, text in ({}, "same", "same"), ({"Qualifier": "live"}, live, described):
        stack.stub("lambda").add_response(
            "get_function",
            {
                "Configuration": {"CodeSha256": sha, "Description": text},
                "Code": {"ResolvedImageUri": f"host/predict@{DIGEST}"},
            },
            {"FunctionName": "predict", **qualifier},
        )
    stack.stub("ecr").add_response(
        "describe_images",
        {"imageDetails": [{"imageManifestMediaType": media}]},
        {"repositoryName": "predict", "imageIds": [{"imageDigest": DIGEST}]},
    )


def problems(stack):
    return [problem.error for problem in account_problems(stack.account)]


def test_a_sound_account_has_no_problem(stack):
    publish(stack.account, wait=False)
    prepare(stack)

    assert problems(stack) == []


def test_an_unpublished_site_is_named(stack):
    prepare(stack)

    [what] = problems(stack)
    assert "files of the site are not as here" in what


@pytest.mark.parametrize("given", [{"live": "other"}, {"described": "other"}])
def test_an_alias_that_was_not_republished_is_named(given, stack):
    publish(stack.account, wait=False)
    prepare(stack, **given)

    [what] = problems(stack)
    assert "alias serves another version" in what


def test_an_image_with_attestations_in_the_registry_is_named(stack):
    publish(stack.account, wait=False)
    prepare(stack, media=INDEX)

    [what] = problems(stack)
    assert "registry carries attestations" in what


def test_a_missing_stack_is_named(aws):
    assert problems(aws) == [f"there is no stack {aws.account.stack}"]


@pytest.fixture
def nobody(monkeypatch, tmp_path):
    """A machine where AWS was never set up."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_missing_region_is_named(nobody):
    with pytest.raises(DeployError, match="no region"):
        open_account("production")


def test_missing_credentials_are_named(nobody, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    with pytest.raises(DeployError, match="no credentials"):
        open_account("production")


def test_the_command_reports_and_ends_with_a_status(nobody, monkeypatch, capsys):
    monkeypatch.setattr(command, "machine_problems", lambda _: iter(()))

    assert command.main(["doctor"]) == 1
    assert "no region" in capsys.readouterr().out


def test_every_verb_without_credentials_ends_with_one_line(nobody, capsys):
    for verb in ("deploy", "rollback", "status", "logs", "destroy"):
        assert command.main([verb]) == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_destroy_asks_for_the_stack_s_name(stack, monkeypatch, capsys):
    monkeypatch.setattr(command, "open_account", lambda _: stack.account)
    monkeypatch.setattr("builtins.input", lambda _: "yes")

    assert command.main(["destroy"]) == 1
    assert "nothing was deleted" in capsys.readouterr().err
    assert outputs(stack.account)


def test_a_dry_run_needs_no_credentials_and_no_image(nobody, capsys):
    assert command.main(["deploy", "--dry-run", "Memory=256", "Site=cloudfront"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert any("256 MB" in line for line in lines)
    assert any("CloudFront" in line for line in lines)
    assert any("USD a month" in line for line in lines)


def test_a_dry_run_names_the_region_of_either_variable(nobody, monkeypatch, capsys):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    command.main(["deploy", "--dry-run"])
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    command.main(["deploy", "--dry-run"])

    first, second = (line for line in capsys.readouterr().out.splitlines() if " in eu-" in line)
    assert "eu-north-1" in first
    assert "eu-central-1" in second


def test_a_deployment_with_a_problem_stops_before_anything_is_made(stack, monkeypatch, capsys):
    monkeypatch.setattr(command, "open_account", lambda _: stack.account)
    monkeypatch.setattr(
        command, "machine_problems", lambda _: iter([doctor.Problem("no image", "make build")])
    )

    assert command.main(["deploy"]) == 1
    assert "make build" in capsys.readouterr().err
    assert stack.client("ecr").describe_repositories()["repositories"] == []


@pytest.mark.parametrize("text", ["ten", "10", "10y"])
def test_a_span_that_is_none_is_refused(text, stack, monkeypatch, capsys):
    monkeypatch.setattr(command, "open_account", lambda _: stack.account)

    assert command.main(["logs", "--since", text]) == 1
    assert "such as 10m" in capsys.readouterr().err
