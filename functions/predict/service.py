"""Answers requests with predictions; every route and adapter calls these functions."""

from cytology.annotations import NamedTuple
from cytology.artifact import COMPILED, Artifact, load_artifact
from cytology.batch import Batch, score_batch
from cytology.prediction import Engine, Prediction
from predict.answers import Detail, as_csv, as_json, entry
from predict.batches import read_batch, read_prevalence
from predict.requests import LAMBDA_ANSWER_BYTES, Request, prefers_csv
from predict.responses import CSV, JSON, Reply, Tally, encode, json_reply
from runtime.engines import load_engine
from runtime.errors import InvalidSamples, MalformedRequest, RequestTooLarge
from runtime.settings import Settings

#: Samples up to which an answer includes reasons by default; they are most of its bytes.
EXPLAINED_BY_DEFAULT = 100

#: Samples whose reasons fit into Lambda's answer without an estimate, about 2 kB each.
_REASONS_FIT = 2_000


class Service(NamedTuple):
    """A loaded, checked model and the limits under which it answers."""

    artifact: Artifact
    engine: Engine
    settings: Settings


def load_service(settings: Settings) -> Service:
    """Load and check everything before the first request.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        The artifact is missing or damaged, or needs other versions of libraries.
    """
    artifact = load_artifact(settings.model_dir, settings.manifest_sha256)
    if COMPILED in artifact.manifest["files"]:
        artifact.read(COMPILED)  # checked now: GET /v1/model shows it with every engine
    return Service(artifact, load_engine(artifact, settings.engine), settings)


def model_identity(service: Service) -> dict[str, str]:
    """Name, version and engine, as every answer states them."""
    return {
        "name": service.artifact.name,
        "version": service.artifact.version,
        "engine": service.engine.name,
    }


def predict(service: Service, request: Request) -> Reply:
    """Answer POST /v1/predict.

    Raises
    ------
    runtime.errors.RequestError
        The request as a whole cannot be answered; InvalidSamples if no sample is valid.
    """
    explain = _flag(request, "explain")
    batch = read_batch(request, service.artifact.schema, service.settings)
    if explain is None:
        explain = len(batch.samples) <= EXPLAINED_BY_DEFAULT
    return answer_batch(service, batch, request, explain=explain)


def answer_batch(service: Service, batch: Batch, request: Request, *, explain: bool) -> Reply:
    """Return the answer to a batch; errors as in :func:`predict`.

    Parameters
    ----------
    service
        The model and its limits.
    batch
        Checked samples and errors.
    request
        Its headers choose JSON or CSV, its query the prevalence and the dialect.
    explain
        Whether to compute reasons; CSV has none.
    """
    as_table, prevalence = prefers_csv(request), batch.prevalence or read_prevalence(request)
    batch = batch._replace(prevalence=prevalence)
    explain = explain and not as_table
    detail = Detail.REASONS
    if explain and not _reasons_fit(service, batch, request):
        explain, detail = False, Detail.WARNINGS
    answers = score(service, batch, explain=explain)
    if prevalence is not None:
        # Imported here: few requests ask for another prevalence
        from cytology.prevalence import at_prevalence

        trained = service.artifact.decision.prevalence
        answers = [answer and at_prevalence(answer, prevalence, trained) for answer in answers]
    if as_table:
        kind = f"{CSV}; charset=utf-8"
        version = service.artifact.version
        body = as_csv(batch, answers, version, request.query.get("dialect"))
    else:
        kind, body = JSON, _fitting_json(service, batch, answers, request, detail)
    if _sent_size(body) > request.max_answer_bytes:
        raise RequestTooLarge("the answer would be larger than can be sent; split the request")
    found = [answer for answer in answers if answer is not None]
    tally = Tally(
        samples=len(answers),
        invalid=len(answers) - len(found),
        positive=sum(answer.label == service.artifact.schema.positive for answer in found),
        inconclusive=sum(answer.inconclusive for answer in found),
    )
    return Reply(200, {"content-type": kind, "cache-control": "no-store"}, body, tally)


def _fitting_json(
    service: Service,
    batch: Batch,
    answers: list[Prediction | None],
    request: Request,
    most: Detail,
) -> str:
    """Return an answer that can be sent: without reasons if needed, then without warnings."""
    body = ""
    for detail in Detail:
        if detail >= most:
            body = as_json(
                batch,
                answers,
                model_identity(service),
                service.artifact.schema,
                detail,
                batch.prevalence,
                samples=bool(_flag(request, "samples")),
            )
            if _sent_size(body) <= request.max_answer_bytes:
                break
    return body


def _reasons_fit(service: Service, batch: Batch, request: Request) -> bool:
    """Estimate from ten samples whether an answer with reasons can be sent."""
    if len(batch.samples) * LAMBDA_ANSWER_BYTES <= _REASONS_FIT * request.max_answer_bytes:
        return True
    valid = [sample for sample in batch.samples if sample is not None]
    few = valid[:10]
    found = service.engine.predict([sample.row for sample in few], explain=True)
    entries = [
        encode(entry(sample, answer, service.artifact.schema, Detail.REASONS))
        for sample, answer in zip(few, found, strict=True)
    ]
    # Entries differ in length, so up to a fifth above the limit is tried
    return _sent_size("".join(entries)) * len(valid) <= 1.2 * len(few) * request.max_answer_bytes


def _sent_size(body: str) -> int:
    """Return the bytes of a body in the handler's JSON result, which escapes it once more."""
    return len(body.encode()) + body.count('"') + body.count("\\")


def score(service: Service, batch: Batch, *, explain: bool) -> list[Prediction | None]:
    """Return a prediction for every valid sample, None where a sample is invalid.

    Parameters
    ----------
    service
        Has the engine.
    batch
        Checked samples and errors.
    explain
        Whether to compute reasons.

    Raises
    ------
    runtime.errors.InvalidSamples
        No sample is valid.
    """
    if not any(batch.samples):
        count = len(batch.samples)
        detail = "the sample breaks a rule" if count == 1 else f"none of {count:,} samples is valid"
        raise InvalidSamples(detail, batch.errors)
    return score_batch(batch, service.engine, explain=explain)


def report_health(service: Service, _: Request) -> Reply:
    """Answer GET /v1/health; a service that is not ready fails at start-up and never gets here."""
    return json_reply({"status": "ready", "model": model_identity(service)})


def _flag(request: Request, name: str) -> bool | None:
    asked = request.query.get(name)
    if asked is None:
        return None
    if asked not in ("true", "false"):
        raise MalformedRequest(f"{name} must be true or false")
    return asked == "true"
