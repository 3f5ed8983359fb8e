"""Says what a page and GET /v1/model show of a schema: defaults filled in, in one language."""

from collections.abc import Mapping

from cytology.annotations import Any
from cytology.feature import CATEGORY, Feature
from cytology.schema import Schema

NO_TEXTS: Mapping[str, Any] = {}


def describe(schema: Schema, language: str = "") -> dict[str, Any]:
    """Return the texts and features that a form needs.

    Parameters
    ----------
    schema
        Every default of it is filled in.
    language
        Of the texts; what is not translated, and "", is in the schema's own.
    """
    own = schema.translations.get(language, {})
    classes, features = own.get("classes", {}), own.get("features", {})
    labels = _over([example.label for example in schema.examples], own.get("examples", ()))
    return {
        "name": schema.name,
        "title": own.get("title") or schema.title or schema.name,
        "lead": own.get("lead") or schema.lead,
        "languages": sorted(schema.translations),
        "missing": schema.missing,
        "missing_at_most": schema.missing_at_most,
        "class_column": schema.class_column,
        "positive": schema.positive,
        "negative": schema.negative,
        "classes": [
            {"name": item.name, "label": classes.get(item.name) or item.label or item.name}
            for item in schema.classes
        ],
        "limits_of_use": _over(schema.limits_of_use, own.get("limits_of_use", ())),
        "gate": own.get("gate") or schema.gate,
        "examples": [
            {"label": label, "values": list(example.row)}
            for label, example in zip(labels, schema.examples, strict=True)
        ],
        "features": [
            describe_feature(item, features.get(item.name, {})) for item in schema.features
        ],
    }


def describe_feature(feature: Feature, own: Mapping[str, Any] = NO_TEXTS) -> dict[str, Any]:
    """Return one feature; ``own`` holds its texts in another language."""
    described: dict[str, Any] = {
        "name": feature.name,
        "kind": feature.kind,
        **{key: own.get(key) or getattr(feature, key) for key in ("label", "help")},
        "may_be_missing": feature.may_be_missing,
    }
    if feature.kind == CATEGORY:
        texts = own.get("values", {})
        pairs = zip(feature.values, feature.value_labels, strict=True)
        values = [{"value": value, "label": texts.get(value) or label} for value, label in pairs]
        return described | {"values": values}
    described |= {key: own.get(key) or getattr(feature, key) for key in ("low", "high", "unit")}
    described |= {"min": feature.minimum, "max": feature.maximum, "decimals": feature.decimals}
    return described


def _over(texts: Any, own: Any) -> list[str]:
    """The texts, each in the other language where there is one."""
    return [own[index] if index < len(own) and own[index] else t for index, t in enumerate(texts)]
