"""`atg stats`: progress, certificates and totals, computed from what learners did."""

import typer

from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.model import Scope
from atg_entrypoints.cli.command import run, settings_or_exit
from atg_entrypoints.cli.opening import opened

app = typer.Typer(no_args_is_help=True, help="Learners' progress and totals.")


@app.command("rebuild")
def rebuild_stats() -> None:
    """Draw all conclusions from what learners have done once more; nothing changes where they are right."""
    settings = settings_or_exit()

    async def work() -> None:
        async with opened(settings) as container:
            update_completion: UpdateCompletion = container.update_completion()
            await update_completion(Scope())

    run(work())
    typer.echo("Progress, certificates and totals are those of the facts.")
