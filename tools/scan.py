"""Turns the translated templates into findings of checkov, Control Tower's rules and asl-validator.

The scanners live in build/, apart from .venv: checkov pins half of what it shares with us. A
finding is waived where its reason stands, in the resource's Metadata: ``checkov.skip`` as checkov
defines it, ``guard`` as rule: reason. A waiver that waives nothing is a finding too.
"""

import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
PACKAGE = Path("node_modules") / "@cdklabs" / "cdk-validator-cfnguard"


class Unavailable(Exception):
    """A scanner cannot be had on this machine; the message says why."""


class Finding(NamedTuple):
    """One broken rule on one resource, or one waiver without a purpose."""

    template: str
    resource: str
    rule: str


def checkov() -> Path:
    """Path of checkov's program, installed from its lock if that changed."""
    lock = ROOT / "requirements" / "checkov.txt"
    home = BUILD / "checkov"
    if _is_stale(home, lock):
        shutil.rmtree(home, ignore_errors=True)
        _run([sys.executable, "-m", "venv", home])
        pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
        _run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", lock])
        _stamp(home, lock)
    return home / "bin" / "checkov"


def guard() -> tuple[Path, Path]:
    """Paths of cfn-guard's program and of Control Tower's rules; both come by npm."""
    system = {"linux": "ubuntu", "darwin": "macos"}.get(sys.platform)
    architecture = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if shutil.which("npm") is None or system is None:
        raise Unavailable("cfn-guard comes by npm, for Linux and macOS")
    lock = ROOT / "requirements" / "guard" / "package-lock.json"
    home = BUILD / "guard"
    if _is_stale(home, lock):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock.with_name(name), home)
        # Its peer, 220 MB of CDK, is for use as a plug-in
        quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"]
        _run(["npm", "ci", *quiet, "--prefix", home])
        _stamp(home, lock)
    program = home / PACKAGE / "bin" / system / architecture / "cfn-guard"
    program.chmod(0o755)
    return program, home / PACKAGE / "rules" / "control-tower" / "cfn-guard"


def checkov_findings(templates: list[Path]) -> list[Finding]:
    """Every check that fails and is not skipped in the template itself."""
    command = [checkov(), "--skip-download", "--quiet", "--compact", "--output", "json"]
    command += ["--framework", "cloudformation"]
    # By name alone: it takes a path of forty letters and slashes for a secret among the variables
    for path in templates:
        command += ["--file", path.name]
    # 1 means that there are findings
    report = json.loads(_run(command, statuses=(0, 1), directory=templates[0].parent))
    reports = report if isinstance(report, list) else [report]
    return [
        Finding(Path(failed["file_path"]).name, failed["resource"], failed["check_id"])
        for part in reports
        for failed in part.get("results", {}).get("failed_checks", [])
    ]


def guard_findings(templates: list[Path]) -> list[Finding]:
    """Every rule that fails without a waiver, and every waiver whose rule does not fail."""
    program, rules = guard()
    findings = []
    for path in templates:
        command = [program, "validate", "--rules", rules, "--data", path]
        command += ["--structured", "--show-summary", "none", "--output-format", "json"]
        report = json.loads(_run(command, statuses=(0, 19)))
        waived = _waivers(json.loads(path.read_text(encoding="utf-8")))
        failed = {
            (resource, entry["Rule"]["name"])
            for part in report
            for entry in part["not_compliant"]
            for resource in re.findall(r"/Resources/(\w+)", json.dumps(entry))
        }
        findings += [Finding(path.name, *pair) for pair in sorted(failed - waived)]
        findings += [
            Finding(path.name, resource, f"{rule} is waived and does not fail")
            for resource, rule in sorted(waived - failed)
        ]
    return findings


def machine_findings(definition: Path) -> list[str]:
    """What asl-validator has against a state machine; empty where it accepts it."""
    guard()
    command = [BUILD / "guard" / "node_modules" / ".bin" / "asl-validator"]
    words = [str(word) for word in [*command, "--json-path", definition]]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    said = (ran.stdout + ran.stderr).strip().splitlines()
    return said if ran.returncode else []


def _waivers(template: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (name, rule)
        for name, resource in template["Resources"].items()
        for rule in resource.get("Metadata", {}).get("guard", {})
    }


def _is_stale(home: Path, lock: Path) -> bool:
    stamp = home / "installed"
    return not stamp.exists() or stamp.read_text() != _fingerprint(lock)


def _stamp(home: Path, lock: Path) -> None:
    (home / "installed").write_text(_fingerprint(lock))


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _run(
    command: list[Any], statuses: tuple[int, ...] = (0,), directory: Path | None = None
) -> str:
    words = [str(word) for word in command]
    ran = subprocess.run(  # noqa: S603
        words, cwd=directory, capture_output=True, text=True, check=False
    )
    if ran.returncode not in statuses:
        raise Unavailable(f"{words[0]} ended with {ran.returncode}: {ran.stderr[-1000:]}")
    return ran.stdout
