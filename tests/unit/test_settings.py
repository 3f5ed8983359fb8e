"""The environment, read once."""

import pytest

from runtime.settings import InvalidSetting, read_settings


def test_an_empty_environment_gives_the_image_s_defaults():
    settings = read_settings({})
    assert settings.model_dir == "/opt/ml/model"
    assert settings.engine is None
    assert (settings.max_body_bytes, settings.max_samples) == (1_048_576, 10_000)


@pytest.mark.parametrize(("said", "namespace"), [("true", None), ("", "TumourClassification")])
def test_metrics_are_written_unless_they_are_switched_off(said, namespace):
    settings = read_settings({"POWERTOOLS_METRICS_DISABLED": said})
    assert settings.metrics_namespace == namespace


def test_an_empty_engine_is_the_manifest_s_choice():
    assert read_settings({"MODEL_ENGINE": ""}).engine is None


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("MODEL_ENGINE", "tensorflow", "must be one of compiled, sklearn, got 'tensorflow'"),
        ("MAX_SAMPLES", "0", "must be a whole number above 0"),
        ("MAX_BODY_BYTES", "1e6", "must be a whole number above 0"),
        ("ALLOWED_ORIGINS", "example.org", "must list origins such as https://example.org"),
        ("ALLOWED_ORIGINS", "ftp://a.example", "must list origins such as https://example.org"),
        ("ALLOWED_ORIGINS", "https://a.example/", "must list origins such as https://example.org"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable, value, rule):
    with pytest.raises(InvalidSetting, match=f"{variable} {rule}"):
        read_settings({variable: value})


def test_origins_are_listed_with_commas():
    listed = read_settings({"ALLOWED_ORIGINS": "https://a.example, http://localhost:8000,"})
    assert listed.allowed_origins == ("https://a.example", "http://localhost:8000")
