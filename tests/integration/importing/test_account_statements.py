"""What accounts cost an import: statements for a batch, and none for a row."""

import pytest

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.importing.accounts import sign_up
from tests.statements import counted

PEOPLE = [{"username": f"u{number}", "email": f"u{number}@example.com", "is_active": "true"} for number in range(200)]


@pytest.mark.parametrize("many", [10, 200])
async def test_no_statement_is_run_for_a_row(container: Container, many: int) -> None:
    """Whether rows are new, end sessions or take emails from those who signed up with them."""
    squatters = many // 10
    for number in range(squatters):
        await sign_up(container, f"squatter{number}", email=f"u{number}@example.com")
    people = PEOPLE[:many]
    with counted(container) as statements:
        assert (await arrange(container, users=people))["users.csv"] == Counts(created=many)
        deactivated = [person | {"is_active": "false", "role": "teacher"} for person in people]
        assert (await arrange(container, users=deactivated))["users.csv"] == Counts(updated=many)
    assert len(statements) < 80


async def test_no_statement_is_run_for_a_row_that_waits_for_the_value_of_another(container: Container) -> None:
    people = [{"username": f"u{number:04}", "email": f"{number}@example.com"} for number in range(1_100)]
    await arrange(container, users=people)
    emails = [*(person["email"] for person in people[1:]), people[0]["email"]]
    turned = [person | {"email": email} for person, email in zip(people, emails, strict=True)]
    with counted(container) as statements:
        assert (await arrange(container, users=turned))["users.csv"] == Counts(updated=1_100)
    assert len(statements) < 150
