"""Reads the environment once, into the frozen settings of the service."""

from collections.abc import Mapping

from cytology.annotations import NamedTuple

#: Engines that MODEL_ENGINE may force; unset, the manifest's own engine serves.
ENGINES = ("compiled", "sklearn")

#: Limits of one request unless the environment sets others: samples, and bytes of the body.
MAX_SAMPLES, MAX_BODY_BYTES = 10_000, 1_048_576


class InvalidSetting(ValueError):
    """An environment variable holds a value that cannot be used; the message names both."""


class Settings(NamedTuple):
    """Everything that differs between hosting options; sizes in bytes."""

    model_dir: str
    engine: str | None
    log_level: str
    max_body_bytes: int
    max_samples: int
    allowed_origins: tuple[str, ...]
    metrics_namespace: str | None
    manifest_sha256: str | None = None
    base_path: str = ""
    origin_secret: str | None = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings.

    Raises
    ------
    InvalidSetting
        Naming the variable and what it may hold.
    """
    engine = environment.get("MODEL_ENGINE") or None
    if engine is not None and engine not in ENGINES:
        raise InvalidSetting(f"MODEL_ENGINE must be one of {', '.join(ENGINES)}, got {engine!r}")
    return Settings(
        model_dir=environment.get("MODEL_DIR") or "/opt/ml/model",
        engine=engine,
        log_level=environment.get("LOG_LEVEL") or "INFO",
        max_body_bytes=_positive(environment, "MAX_BODY_BYTES", MAX_BODY_BYTES),
        max_samples=_positive(environment, "MAX_SAMPLES", MAX_SAMPLES),
        allowed_origins=_origins(environment.get("ALLOWED_ORIGINS") or ""),
        metrics_namespace=_namespace(environment),
        manifest_sha256=environment.get("MODEL_SHA256") or None,
        base_path=_base_path(environment.get("BASE_PATH") or ""),
        origin_secret=environment.get("ORIGIN_SECRET") or None,
    )


def _base_path(text: str) -> str:
    """Return the path before all routes, without a slash at its end."""
    if text and not text.startswith("/"):
        raise InvalidSetting(f"BASE_PATH must start with a slash, got {text!r}")
    return text.rstrip("/")


def _namespace(environment: Mapping[str, str]) -> str | None:
    """The metrics' namespace, None to write no metrics; Powertools defines the variables."""
    if environment.get("POWERTOOLS_METRICS_DISABLED", "").lower() in ("1", "true"):
        return None
    return environment.get("POWERTOOLS_METRICS_NAMESPACE") or "TumourClassification"


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        scheme, separator, host = origin.partition("://")
        if scheme not in ("http", "https") or not separator or not host or "/" in host:
            raise InvalidSetting(
                f"ALLOWED_ORIGINS must list origins such as https://example.org, got {origin!r}"
            )
    return origins


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise InvalidSetting(f"{name} must be a whole number above 0, got {text!r}")
    return int(text)
