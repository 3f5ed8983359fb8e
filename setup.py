"""What a wheel holds: the packages, the form, and the model in artifact/ if there is one."""

import tempfile
from pathlib import Path

from setuptools import find_namespace_packages, setup

ROOT = Path(__file__).parent
PACKAGES = find_namespace_packages(".", include=["cytology*", "batch*", "training*"])
FUNCTIONS = find_namespace_packages("functions", include=["predict*", "runtime*", "server*"])
#: Folders of files that are installed inside the package, and where they come from.
FILES = {"cytology.site": "frontend"}
if (ROOT / "artifact" / "manifest.json").exists():
    FILES["cytology.trained"] = "artifact"

setup(
    packages=[*PACKAGES, *FUNCTIONS, *FILES],
    package_dir={
        "": ".",
        **{name: f"functions/{name.replace('.', '/')}" for name in FUNCTIONS},
        **FILES,
    },
    # setuptools keeps what it copied: an earlier model must not get into a later wheel
    options={"build": {"build_base": tempfile.mkdtemp()}},
    package_data={
        "": ["*.json", "*.csv", "*.css", "*.html", "*.js", "*.md"],
        **{name: ["**/*"] for name in FILES},
    },
)
