"""Translates the templates as SAM's service does it."""

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = (
    "template.yaml",
    "deploy/stacks/site.yaml",
    "deploy/stacks/cloudfront.yaml",
    "deploy/stacks/watch.yaml",
)
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/predict@sha256:" + "0" * 64


def read(name: str) -> dict[str, Any]:
    """A template as plain data."""
    # Imported here: jsonschema builds a grammar of addresses, two seconds of every test process
    from cfnlint.decode import decode

    document, problems = decode(str(ROOT / name))
    assert not problems, problems
    return json.loads(json.dumps(document))


def translate(name: str, **given: str) -> dict[str, Any]:
    """A template after the SAM transform, with these parameters, as CloudFormation does it."""
    template = read(name)
    if "Transform" not in template:
        return template
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["ImageUri"] = IMAGE
    return _transformed(template, given)


def translate_text(text: str, **given: str) -> dict[str, Any]:
    """The same for a template as `sam deploy` sends it."""
    from cfnlint.decode import decode_str

    document, problems = decode_str(text)
    assert not problems, problems
    return _transformed(json.loads(json.dumps(document)), given)


def _transformed(template: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    import boto3
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    # Parameters keep their references, but for those that SAM itself reads
    return json.loads(json.dumps(translator.translate(template, given)))


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties by logical id of every resource of a type."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def texts(value: Any) -> list[str]:
    """Every string in a document."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in texts(item)]


def main() -> None:
    """Write the translated templates to build/translated/, for checkers that read files."""
    target = ROOT / "build" / "translated"
    target.mkdir(parents=True, exist_ok=True)
    for name in TEMPLATES:
        path = target / Path(name).with_suffix(".json").name
        path.write_text(json.dumps(translate(name), indent=1) + "\n")


if __name__ == "__main__":
    main()
