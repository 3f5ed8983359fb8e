"""A model behind Flask, as most tutorials show it: loaded at import, one route."""

import joblib
import numpy as np
from flask import Flask, jsonify, request

app = Flask(__name__)
model = joblib.load("model.joblib")


@app.post("/v1/predict")
def predict():
    """Answer with each sample's label."""
    rows = np.array(request.get_json()["samples"], dtype=float)
    return jsonify(predictions=[{"label": str(label)} for label in model.predict(rows)])
