"""Turns features.json, the routes and the events into docs/openapi.json, at build time only."""
