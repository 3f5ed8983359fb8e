"""Answers with a constant: what no Python function on this base can beat."""


def handler(event, context):
    """Answer."""
    return {"statusCode": 200, "body": '{"predictions": [{"label": "benign"}]}'}
