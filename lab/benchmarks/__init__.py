"""Ratios against peers and limits, each measured in one run on one base image."""
