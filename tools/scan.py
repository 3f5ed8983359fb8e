"""Runs scanners over templates and model files, and returns their findings.

checkov and AWS Control Tower's rules read the translated templates, modelaudit the model files. A
waiver is in the resource's Metadata, with its reason: ``checkov.skip`` as checkov defines it,
``guard`` as rule: reason. A waiver for a rule that does not fail is a finding too.
"""

import json
import platform
import re
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tools.apart import BUILD, ROOT, Unavailable, is_stale, program, run, stamp

PACKAGE = Path("node_modules") / "@cdklabs" / "cdk-validator-cfnguard"


class Incomplete(Exception):
    """A scanner did not read all of its files, so its result means nothing."""


class Finding(NamedTuple):
    """One broken rule on one resource or file, or one waiver without a purpose."""

    file: str
    resource: str
    rule: str


def guard() -> tuple[Path, Path]:
    """Return the paths of cfn-guard and of Control Tower's rules; installs both by npm."""
    system = {"linux": "ubuntu", "darwin": "macos"}.get(sys.platform)
    architecture = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if shutil.which("npm") is None or system is None:
        raise Unavailable("cfn-guard comes by npm, for Linux and macOS")
    lock = ROOT / "requirements" / "guard" / "package-lock.json"
    folder = BUILD / "guard"
    if is_stale(folder, lock):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock.with_name(name), folder)
        # Without its peer dependency, 220 MB of CDK
        quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"]
        run(["npm", "ci", *quiet, "--prefix", folder])
        stamp(folder, lock)
    binary = folder / PACKAGE / "bin" / system / architecture / "cfn-guard"
    binary.chmod(0o755)
    return binary, folder / PACKAGE / "rules" / "control-tower" / "cfn-guard"


def checkov_findings(templates: list[Path]) -> list[Finding]:
    """Return every failed check that no template skips; all templates are in one directory."""
    binary = program("checkov")
    # Named, since the first line of this script breaks where the clone's path has a space
    command = [binary.with_name("python"), binary, "--framework", "cloudformation"]
    command += ["--skip-download", "--quiet", "--compact", "--output", "json"]
    for path in templates:
        # By name: checkov takes a path of 40 characters for an AWS secret key
        command += ["--file", path.name]
    # 1 means that there are findings
    report = json.loads(run(command, (0, 1), cwd=templates[0].parent))
    reports = report if isinstance(report, list) else [report]
    return [
        Finding(Path(failed["file_path"]).name, failed["resource"], failed["check_id"])
        for part in reports
        for failed in part.get("results", {}).get("failed_checks", [])
    ]


def guard_findings(templates: list[Path]) -> list[Finding]:
    """Return every failed rule without a waiver, and every waiver whose rule does not fail."""
    binary, rules = guard()
    findings = []
    for path in templates:
        command = [binary, "validate", "--rules", rules, "--data", path]
        command += ["--structured", "--show-summary", "none", "--output-format", "json"]
        report = json.loads(run(command, (0, 19)))
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


def model_findings(files: list[Path]) -> list[Finding]:
    """Return modelaudit's critical findings on model files.

    The exit status is no verdict: scikit-learn's own classes are warnings.

    Raises
    ------
    Incomplete
        modelaudit could not read a file, or read fewer files than it got.
    """
    binary = program("modelaudit")
    command = [binary, "scan", "--no-cache", "--quiet", "--format", "json", *files]
    # Otherwise it writes an id into the home directory and sends usage data
    quiet = {"HOME": str(binary.parents[1]), "NO_ANALYTICS": "1"}
    report = json.loads(run(command, (0, 1), env=quiet))
    if report["has_errors"] or report["files_scanned"] != len(files):
        raise Incomplete(f"modelaudit read {report['files_scanned']} of {len(files)} files")
    return [
        Finding(Path(issue["location"].partition(" ")[0]).name, "", issue["message"])
        for issue in report["issues"]
        if issue["severity"] == "critical"
    ]


def _waivers(template: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (name, rule)
        for name, resource in template["Resources"].items()
        for rule in resource.get("Metadata", {}).get("guard", {})
    }
