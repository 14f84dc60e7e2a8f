"""Markers that choose the databases of a contract."""

import pytest

in_memory = pytest.mark.parametrize("stocked_url", ["memory"], indirect=True)
on_sqlite = pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
over_each_database = pytest.mark.parametrize("stocked_url", ["memory", "sqlite", "postgres"], indirect=True)
