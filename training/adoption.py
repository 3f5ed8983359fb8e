"""Compiles, proves, judges and writes a classifier that another program fitted."""

import argparse
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

from cytology.reading.table import Choices
from cytology.schema import Schema, parse_schema
from training.compile.inputs import columns_of
from training.compile.rows import as_rows as rows_of
from training.compile.rows import random_arrays
from training.compiled import compile_model
from training.dataset import Dataset, as_matrix, load_dataset
from training.decide import decide, learn_limits, level_of
from training.evaluation.figures import Predicted, measure
from training.fit import CLIP, positive_probabilities
from training.foreign import Foreign, NotAdopted, read_foreign
from training.inherit import drop_feature_names, schema_of
from training.link import IDENTITY
from training.model import Model, with_base
from training.propose import Table, as_text, choices_for, read_table
from training.provenance import provenance_of
from training.publish import write_artifact

#: Drawn rows that stand for a table where none is given.
_DRAWN = 2_000
_SEED = 20_260_101
_FIGURES = ("accuracy", "accuracy_at_half", "auc", "log_loss", "calibration_slope")
#: Below every log-likelihood: without a table no sample is called unusual.
_NEVER = -1e9


class Evaluated(NamedTuple):
    """Figures of the model on a table, and warnings about them."""

    figures: dict[str, float]
    warnings: list[str]


def adopt(options: argparse.Namespace) -> None:
    """Read, compile, prove, judge and write.

    Raises
    ------
    training.foreign.NotAdopted, training.propose.NoProposal
        The file or the table cannot be used; the message has the remedy.
    """
    foreign = read_foreign(options.model)
    for version in foreign.versions:
        print(f"written by scikit-learn {version}, read by {sklearn.__version__}")
    table = read_table(options.csv.read_bytes(), options.target) if options.csv else None
    path = options.schema or options.model.with_suffix(".features.json")
    if path.exists():
        print(f"{path} is used")
    elif options.schema:
        raise NotAdopted(f"{path}: no such file")
    else:
        document = schema_of(foreign.classifier, options, table)
        path.write_text(as_text(document), encoding="utf-8")
        print(f"→ {path} (edit it and run the command again)")
    content = path.read_bytes()
    schema = parse_schema(content)
    _check_fit(foreign.classifier, schema, path)
    drop_feature_names(foreign.classifier)
    write(foreign, schema, content, table, options, path)


def write(
    foreign: Foreign,
    schema: Schema,
    content: bytes,
    table: Table | None,
    options: argparse.Namespace,
    path: Path,
) -> None:
    """Write the artifact; parameters as in :func:`adopt`."""
    dataset = _drawn(schema)
    if table is not None:
        choices = Choices(columns=choices_for(table.header, schema))
        dataset = load_dataset(schema, options.csv, choices)
    probability = _ask(foreign, dataset, schema)
    threshold = _threshold(foreign.classifier, schema)
    model = _model(foreign, dataset, schema, probability, threshold, known=table is not None)
    evaluated = _evaluate(model, dataset, schema, table is not None, options)
    warnings = [
        *evaluated.warnings,
        *_label_warnings(foreign.classifier, dataset, schema, probability >= threshold),
        *_version_warnings(foreign),
    ]
    made = provenance_of(
        "adopt",
        {"MODEL": options.model, "SCHEMA": path, "CSV": options.csv},
        {"TARGET": options.target, "POSITIVE": options.positive},
        {"SCHEMA": options.model.with_suffix(".features.json")},
    )
    data = {"sha256": dataset.sha256, "rows": len(dataset.labels) if table else 0}
    metrics = {"protocol": f"on {options.csv.name}" if table else "not evaluated here"}
    manifest = write_artifact(
        options.out,
        model=model,
        schema=schema,
        schema_content=content,
        population={},
        report={
            "adopted": {**made["files"]["MODEL"], "versions": list(foreign.versions)},
            "data": data,
            "figures": evaluated.figures,
            "warnings": warnings,
        },
        facts={
            "data": {**data, "patients": int(np.unique(dataset.patients).size) if table else 0},
            "parity": model.compiled.parity,
            "metrics": {
                **metrics,
                **{
                    name: {"value": value, "low": None, "high": None}
                    for name, value in evaluated.figures.items()
                },
            },
            "gates_failed": [],
            "warnings": warnings,
            "made": made,
        },
    )
    _print_result(manifest, model, evaluated)


def _check_fit(classifier: Any, schema: Schema, path: Path) -> None:
    wanted = getattr(classifier, "n_features_in_", len(schema.features))
    if wanted != len(schema.features):
        raise NotAdopted(
            f"{path.name} has {len(schema.features)} features, the model takes {wanted}: list them "
            "in the order in which it was fitted"
        )
    try:
        schema.place_of_positive(classifier.classes_)
    except ValueError:
        known = ", ".join(map(str, classifier.classes_))
        raise NotAdopted(
            f"{path.name}: the model's classes are {known}; give them as the codes of the classes"
        ) from None


def _drawn(schema: Schema) -> Dataset:
    """Rows drawn evenly from the schema's ranges: they stand for a table where none is given."""
    columns = columns_of(schema)
    rows = rows_of(random_arrays(columns, _DRAWN, _SEED), columns)
    labels = np.resize(np.array(schema.class_names), _DRAWN)
    ids = np.array([f"row-{row}" for row in range(_DRAWN)])
    nothing = hashlib.sha256(b"").hexdigest()
    return Dataset(as_matrix(rows, schema), labels, ids, np.ones(_DRAWN, np.int64), nothing)


def _ask(foreign: Foreign, dataset: Dataset, schema: Schema) -> NDArray[np.float64]:
    """(n,) probabilities of the positive class, from the classifier itself."""
    try:
        every = foreign.classifier.predict_proba(dataset.scores)
        found = positive_probabilities(foreign.classifier, dataset.scores, schema)
    # An old classifier may raise anything under a new scikit-learn
    except Exception as error:  # noqa: BLE001
        raise NotAdopted(
            f"scikit-learn {sklearn.__version__} cannot ask it for probabilities "
            f"({type(error).__name__}: {str(error).splitlines()[0]}). If it takes texts or gaps, "
            "say so in the schema, or give a table of samples: CSV="
        ) from None
    if not np.allclose(every.sum(axis=1), 1.0) or not ((found >= 0) & (found <= 1)).all():
        raise NotAdopted(
            f"its probabilities do not add up to 1: scikit-learn {sklearn.__version__} reads what "
            f"{', '.join(foreign.versions) or 'another version'} wrote in another way; fit it again"
        )
    return found


def _threshold(classifier: Any, schema: Schema) -> float:
    """The lowest probability of the positive class for which predict answers it."""
    last = _last(classifier)
    known, label = 0.5, classifier.classes_[0]  # Of equal probabilities, predict takes the first
    if isinstance(last, FixedThresholdClassifier | TunedThresholdClassifierCV):
        if last.response_method == "decision_function":
            message = "predict compares decision_function, no probability: save its estimator_"
            raise NotAdopted(message)
        if isinstance(last, FixedThresholdClassifier):
            known, label = 0.5 if last.threshold == "auto" else last.threshold, last.pos_label
        else:
            known, label = last.best_threshold_, last._curve_scorer._get_pos_label()
        label = classifier.classes_[1] if label is None else label
    place = schema.place_of_positive(classifier.classes_)
    is_same = classifier.classes_[place] == label
    return known if is_same else float(np.nextafter(1 - known, 1))


def _last(classifier: Any) -> Any:
    """The classifier itself, at the end of a pipeline."""
    return getattr(classifier, "steps", [("", classifier)])[-1][1]


def _model(
    foreign: Foreign,
    dataset: Dataset,
    schema: Schema,
    probability: NDArray[np.float64],
    threshold: float,
    *,
    known: bool,
) -> Model:
    """The classifier with its decision: the threshold of predict, and sets from the table."""
    decision = decide(probability, dataset, schema, IDENTITY)._replace(threshold=threshold)
    positive = dataset.labels == schema.positive
    if known:
        limits = learn_limits(probability, positive, level_of(positive), threshold)
        decision = decision._replace(**limits._asdict())
    else:
        decision = decision._replace(
            level=0.0,
            negative_at_most=float(np.nextafter(threshold, 0)),
            positive_at_least=threshold,
            familiarity=decision.familiarity._replace(limit=_NEVER),
        )
    compiled = compile_model(foreign.classifier, dataset, schema, decision)
    decision = with_base(decision, compiled, foreign.classifier, dataset, schema)
    name = type(_last(foreign.classifier)).__name__
    return Model(name, foreign.classifier, {}, probability, 0, decision, compiled)


def _evaluate(
    model: Model, dataset: Dataset, schema: Schema, known: bool, options: argparse.Namespace
) -> Evaluated:
    if not known:
        return Evaluated(
            {},
            [
                "not evaluated here: no table was given, so nothing is known of errors. Prediction "
                "sets have no coverage, no sample is called unusual, and the prevalence is unknown"
            ],
        )
    positive, found = dataset.labels == schema.positive, np.clip(model.out_of_fold, CLIP, 1 - CLIP)
    called = found >= model.decision.threshold
    measured = measure(Predicted(positive, found, called, ~called, called), np.ones(found.size))
    sentence = (
        f"evaluated on {options.csv.name}: figures and prediction sets hold if the model was not "
        "fitted on these rows, and flatter if it was"
    )
    figures = {name: measured[name] for name in _FIGURES} | {
        "sensitivity": measured["nested_sensitivity"],
        "specificity": measured["nested_specificity"],
    }
    return Evaluated({name: value for name, value in figures.items() if value == value}, [sentence])


def _label_warnings(
    classifier: Any, dataset: Dataset, schema: Schema, called: NDArray[np.bool_]
) -> list[str]:
    positive = classifier.classes_[schema.place_of_positive(classifier.classes_)]
    differ = int(((classifier.predict(dataset.scores) == positive) != called).sum())
    return [
        f"predict gives another label than the probabilities for {differ} of {called.size} rows, "
        f"as {type(_last(classifier)).__name__} does; the service labels by probability"
    ] * (differ > 0)


def _version_warnings(foreign: Foreign) -> list[str]:
    return [
        f"scikit-learn {version} wrote the model and {sklearn.__version__} read it: compare a few "
        "answers with those of the old service"
        for version in foreign.versions
    ]


def _print_result(manifest: dict[str, Any], model: Model, evaluated: Evaluated) -> None:
    if evaluated.figures:
        print(", ".join(f"{name} {value:.3f}" for name, value in evaluated.figures.items()))
    for warning in manifest["warnings"]:
        print(f"warning: {warning}")
    for line in model.compiled.lines():
        print(line)
    print(f"{manifest['name']} {manifest['version']}, {manifest['engine']} engine")
