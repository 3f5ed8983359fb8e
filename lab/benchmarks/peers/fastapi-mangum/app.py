"""A model behind FastAPI, with Mangum as the Lambda handler."""

from typing import Annotated

import joblib
import numpy as np
from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI()
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
    return Predictions(predictions=[Prediction(label=str(label)) for label in labels])


handler = Mangum(app, lifespan="off")
