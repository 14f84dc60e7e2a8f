"""The authorisation tests: each row of the table, by each caller."""

import re

import pytest

from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.authorisation.fixtures import InTheWorld
from tests.authorisation.marks import told
from tests.authorisation.row import routes_of
from tests.authorisation.table import ROWS, TABLE
from tests.authorisation.world import World

ABSENT = ("0", "x", "²", "%00", "9" * 30, "7fffffff-ffff-4fff-8fff-ffffffffffff")
NO_RECORDS = {"campaign", "style", "signed_read", "signed_write", "signed_form"}
"""Names of what is not found or absent: a campaign is nothing but its assets, and a signature is right or wrong."""
EMPTY_IF_ABSENT = {("GET", "/courses/stations/{}"), ("GET", "/courses/progress/{}")}


def absent_like(value: object) -> str:
    """What could be the name of something of the same kind, and is not."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return "2027-01-03"
    return ABSENT[-1] if "-" in str(value) else str(2**31 - 1)


class AuthorisationContract(InTheWorld):
    """Who may do what. The fixtures `client` and `stocked` say over which database."""

    def test_the_table_names_every_route_and_no_other(self, stocked: Container) -> None:
        named, routes = {row.route for row in ROWS}, routes_of(create_api(stocked))
        assert named == routes, f"not in the table: {routes - named}; not a route: {named - routes}"

    @pytest.mark.parametrize("context", TABLE)
    async def test_each_caller_is_answered_as_the_table_says(self, world: World, context: str) -> None:
        """Who is refused changes nothing, and nobody is told of what belongs to others."""
        wrong = []
        for row in TABLE[context]:
            for caller in row.answers:
                reply = await world.ask(row, caller)
                if reply.status_code != row.answers[caller]:
                    wrong.append(f"{row} by {caller}: {reply.status_code}, not {row.answers[caller]}")
                if (marks := told(reply.text, caller)) and not row.is_for_holders:
                    wrong.append(f"{row} by {caller}: tells of {marks}")
                if reply.status_code < 400:
                    world.put_back()
            if changed := world.changed():
                wrong.append(f"{row} by who is refused: {changed} changed")
                world.put_back()
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("context", [context for context in TABLE if context != "children"])
    async def test_what_is_another_s_is_answered_as_what_there_is_not(self, world: World, context: str) -> None:
        """Whatever it is called, and so that nobody can tell the one from the other."""
        wrong = []
        for row in TABLE[context]:
            strangers = [caller for caller in row.answers if row.may and row.answers[caller] == 404]
            for name in row.names:
                if name in NO_RECORDS or row.route in EMPTY_IF_ABSENT or row.is_for_holders:
                    continue
                for absent in ABSENT if row.may else ():
                    reply = await world.ask(row.naming(name, absent), row.may)
                    if reply.status_code != 404 and (absent, reply.status_code) != ("%00", 400):
                        wrong.append(f"{row.naming(name, absent)}: {reply.status_code}")
                for stranger in strangers:
                    absent = row.naming(name, absent_like(world.names_for(stranger)[name]))
                    foreign, none = [await world.ask(each, stranger) for each in (row, absent)]
                    if (foreign.status_code, foreign.text) != (none.status_code, none.text):
                        wrong.append(f"{row} by {stranger}: {foreign.text} and not {none.text}")
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("context", TABLE)
    async def test_what_is_in_another_place_is_not_found_in_this(self, world: World, context: str) -> None:
        """Z4."""
        wrong = []
        for row in TABLE[context]:
            for place in row.names[:-1]:
                elsewhere = row.naming(place, f"{{other_{place}}}")
                reply = await world.ask(elsewhere, row.may)
                if reply.status_code != 404:
                    wrong.append(f"{elsewhere}: {reply.status_code}")
            if changed := world.changed():
                wrong.append(f"{row}: {changed} changed")
                world.put_back()
        assert not wrong, "\n".join(wrong)
