"""A model behind Powertools' resolver, with logger, metrics and validation as it documents them.

Its way has no model of its own: the joblib model is loaded at import, as in the other peers.
"""

from typing import Annotated

import joblib
import numpy as np
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel, Field

logger = Logger(service="predict")
metrics = Metrics(namespace="Peer", service="predict")
app = APIGatewayHttpResolver(enable_validation=True)
model = joblib.load("model.joblib")

Score = Annotated[int, Field(ge=1, le=10)]


class Samples(BaseModel):
    """A request."""

    samples: list[Annotated[list[Score], Field(min_length=9, max_length=9)]]


class Prediction(BaseModel):
    """A sample's label."""

    label: str


class Predictions(BaseModel):
    """An answer."""

    predictions: list[Prediction]


@app.post("/v1/predict")
def predict(request: Samples) -> Predictions:
    """Answer with each sample's label."""
    labels = model.predict(np.array(request.samples, dtype=float))
    metrics.add_metric(name="Samples", unit=MetricUnit.Count, value=len(labels))
    logger.info("answered")
    return Predictions(predictions=[Prediction(label=str(label)) for label in labels])


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event, context):
    """Answer."""
    return app.resolve(event, context)
