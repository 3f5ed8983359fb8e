"""Puts the service into an AWS account, watches it, takes it back and takes it away."""
