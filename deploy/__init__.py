"""Deploys the service into an AWS account, watches it, rolls it back and deletes it."""
