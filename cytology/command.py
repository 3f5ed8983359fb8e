"""The command ``cytology``: finds the program of a verb and hands the arguments on."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from importlib import metadata

from cytology.annotations import NamedTuple
from cytology.arguments import ArgumentParser
from cytology.artifact import ArtifactMismatch, load_artifact
from cytology.classifier import model_directory

_HERE = os.path.dirname(os.path.abspath(__file__))


class Verb(NamedTuple):
    """A verb of the command: its module has ``main(arguments)``, and runs where its extra is."""

    module: str
    extra: str
    summary: str
    example: str


VERBS = {
    "serve": Verb("server.__main__", "serving", "the form and the API", "serve --port 8000"),
    "predict": Verb("batch.__main__", "batch", "score a file", "predict samples.csv"),
    "start": Verb("training.start", "training", "any table → served", "start my.csv --target sick"),
    "adopt": Verb("training.adopt", "training", "a fitted model → served", "adopt model.sav"),
    "export": Verb("batch.export.__main__", "batch", "SQL, sheet or page", "export --format sql"),
    "train": Verb("training.__main__", "training", "table → model", "train --data my.csv"),
    "verify": Verb("training.verify", "training", "check a model's files", "verify artifact"),
    "drift": Verb("training.drift.__main__", "training", "compare", "drift --csv samples.csv"),
}

#: Completion of the verbs, then of file names, for bash and (through bashcompinit) zsh.
COMPLETION = """\
_cytology() {{
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "{verbs}" -- "${{COMP_WORDS[1]}}")); fi
}}
complete -o default -F _cytology cytology"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(words[:1])
    if options.verb == "completion":
        print(COMPLETION.format(verbs=" ".join(VERBS)))
        return 0
    verb = VERBS[options.verb]
    # What the verbs' programs read; a checkout's own paths do not exist where this is installed
    os.environ.setdefault("MODEL_DIR", os.path.abspath(model_directory()))
    if os.path.isdir(site := os.path.join(_HERE, "site")):
        os.environ.setdefault("SITE_DIR", site)
    # Ctrl-C while modules are imported ends the process at once, without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        program = importlib.import_module(verb.module)
    except ModuleNotFoundError as missing:
        print(
            f"cytology {options.verb} needs {missing.name}, which is not installed: "
            f"pip install 'cytology[{verb.extra}]'",
            file=sys.stderr,
        )
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return int(program.main(words[1:]))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    examples = "\n".join(f"  cytology {verb.example}" for verb in VERBS.values())
    parser = ArgumentParser(
        prog="cytology",
        description="A fitted classifier as a proven model, an API and a form.",
        epilog=f"examples:\n{examples}\n\ncytology VERB --help lists a verb's arguments; "
        'completion: eval "$(cytology completion)"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        verbs.add_parser(name, help=verb.summary, add_help=False)
    verbs.add_parser("completion", help="print a completion script for bash and zsh")
    return parser


def _version() -> str:
    try:
        own = metadata.version("cytology")
    except metadata.PackageNotFoundError:
        own = "(checkout)"
    try:
        artifact = load_artifact(model_directory())
    except ArtifactMismatch:
        return f"cytology {own}, no model"
    return f"cytology {own}, model {artifact.name} {artifact.version}"
