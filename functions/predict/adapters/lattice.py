"""Converts an event of VPC Lattice, version 1 or 2, to one of a REST API."""

from cytology.annotations import Any


def as_rest_event(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with the names of a REST API; the path loses its query."""
    path = event.get("raw_path", event.get("path"))
    query = event.get("queryStringParameters", event.get("query_string_parameters"))
    return {
        "httpMethod": event["method"],
        "path": path.partition("?")[0] if isinstance(path, str) else None,
        "headers": _joined(event.get("headers")),
        "queryStringParameters": _joined(query),
        "body": event.get("body"),
        "isBase64Encoded": event.get("isBase64Encoded", event.get("is_base64_encoded")),
    }


def _joined(values: Any) -> dict[str, Any]:
    """Version 2 lists the values of each name."""
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in (values.items() if isinstance(values, dict) else ())
    }
