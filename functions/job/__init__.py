"""Bulk jobs on AWS: Step Functions opens a job, scores its batches side by side, and closes it."""
