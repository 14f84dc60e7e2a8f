"""`atg import KIND --describe`: a template of the kind, and what its columns mean."""

import csv
import sys

import typer

from atg_core.importing.describing import describe
from atg_core.importing.kinds import KINDS
from atg_entrypoints.cli.running import UNUSABLE, fail


def describe_kind(kind: str) -> None:
    """The header line of a file on standard output, the explanation on standard error."""
    if kind not in KINDS:
        fail(f"there is no kind {kind}; there are {', '.join(KINDS)}", UNUSABLE)
    typer.echo(describe(kind), err=True)
    csv.writer(sys.stdout).writerow(KINDS[kind].headers)
