"""`atg openapi`: the description of the HTTP API."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_api
from atg_entrypoints.http.openapi import with_plain_names
from atg_entrypoints.settings import Settings

app = typer.Typer()


@app.command()
def openapi(output: Annotated[Path, typer.Option(dir_okay=False)] = Path("docs/contracts/openapi.yaml")) -> None:
    """Write the description of the HTTP API."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(openapi_yaml(), encoding="utf-8")


def openapi_yaml() -> str:
    """The OpenAPI document as YAML; it depends on the code alone."""
    settings = Settings(database_url="memory://", secret_key="-" * 32)
    schema_dict = create_api(create_container(settings)).openapi_schema.to_schema()
    return with_plain_names(yaml.safe_dump(schema_dict, allow_unicode=True, sort_keys=False, width=120))
