"""Decides whether a test that lacks something skips or fails."""

import os
import shutil
from contextlib import contextmanager

import pytest

from tests.support.image import Unavailable, docker_problem
from tools import apart


def missing(reason: str) -> None:
    """Skip where a person works, fail where a gate runs: a skipped gate is an open one."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI nothing may be skipped: {reason}")
    pytest.skip(reason)


@contextmanager
def required():
    """Skip or fail with the reason where this machine lacks something."""
    try:
        yield
    except Unavailable as lack:
        missing(str(lack))


def needs(*programs: str, package: str = "") -> str:
    """The path of the first of these programs that is installed."""
    found = next(filter(None, map(shutil.which, programs)), None)
    if found is None:
        missing(f"{programs[0]} is not installed; on Debian: apt install {package or programs[0]}")
    return str(found)


def needs_docker() -> None:
    if problem := docker_problem():
        missing(problem)


def spark_submit():
    """The program, in an environment that is installed for it."""
    needs("java", package="openjdk-17-jre-headless")
    with required():
        return apart.program("spark-submit")
