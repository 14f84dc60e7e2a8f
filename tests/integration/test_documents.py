"""Generated documents are up to date."""

from pathlib import Path

import pytest

from atg_adapters.sql.data_model import data_model
from atg_core.importing.documentation import import_document
from atg_entrypoints.cli.openapi import openapi_yaml

ROOT = Path(__file__).parents[2]


def test_the_openapi_document_is_that_of_the_code() -> None:
    stored = (ROOT / "docs/contracts/openapi.yaml").read_text(encoding="utf-8")
    assert stored == openapi_yaml(), "run `make docs`"


def test_the_description_of_the_imports_is_that_of_the_code() -> None:
    stored = (ROOT / "docs/import.md").read_text(encoding="utf-8")
    assert stored == import_document(), "run `make docs`"


def test_the_data_model_is_that_of_the_code() -> None:
    stored = (ROOT / "docs/data-model.md").read_text(encoding="utf-8")
    assert stored == data_model(), "run `make docs`"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("path", ["requirements.lock", "bench/peers/requirements.lock"])
def test_a_lock_names_no_address(path: str) -> None:
    lock = (ROOT / path).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock


@pytest.mark.parametrize(
    "link_source",
    [
        *("README.md", "README.ru.md", "SECURITY.md", "docs/asvs.md", "docs/quickstart.md", "docs/quickstart.ru.md"),
        "docs/decisions/README.md",
        "docs/errors.md",
        *("docs/shop-integration.md", "docs/telegram.md", "docs/performance.md"),
    ],
)
def test_links_lead_somewhere(link_source: str) -> None:
    import re

    source = ROOT / link_source
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", source.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (source.parent / target).exists(), target
