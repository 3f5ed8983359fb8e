"""AWS's `sam init` template "apigw-scikit", carried over to this data: its way, not its text.

The template classifies images of digits; here nine scores take the place of the image.
"""

import json

import joblib
import numpy as np

model = joblib.load("/opt/ml/model")


def lambda_handler(event, context):
    """Answer with the predicted label."""
    samples = json.loads(event["body"])["samples"]
    rows = np.array(samples, dtype=float)
    labels = model.predict(rows)
    return {
        "statusCode": 200,
        "body": json.dumps({"predictions": [{"label": str(label)} for label in labels]}),
    }
