"""Gives the cost model, frontend/costs/model.js, its inputs, and the documents its results."""
