"""Unique values that rows exchange in any order, and conflicts, which name the record; over every `ImportStore`."""

from dataclasses import replace
from itertools import permutations

import pytest

from atg_core.importing.import_files import ImportOptions
from atg_core.importing.records import Counts, RowError
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of, source
from tests.contracts.importing.samples import PROGRAM_OF_ONE, refused

type People = list[dict[str, str]]


def people(emails: dict[str, str]) -> People:
    return [
        {"username": name, "email": email and f"{email}@x.ru", "employee_id": email} for name, email in emails.items()
    ]


async def values(container: Container) -> dict[str, tuple[object, object, object]]:
    """Emails of the account and of the profile, and the number, by username."""
    profiles = {row["id"]: row for row in await rows_of(container, "user_profiles")}
    return {
        row["username"]: (row["email"], profiles[row["id"]]["email"], profiles[row["id"]]["employee_id"])
        for row in await rows_of(container, "users")
    }


def expected(given: People) -> dict[str, tuple[object, object, object]]:
    return {row["username"]: (row["email"] or None, row["email"] or None, row["employee_id"] or None) for row in given}


class ExchangeContract:
    """The fixture `container` gives the adapter."""

    @pytest.mark.parametrize("turned", [{"a": "2", "b": "1"}, {"a": "2", "b": "3", "c": "1"}, {"a": "", "b": "1"}])
    async def test_rows_exchange_their_unique_values_in_any_order(
        self, container: Container, turned: dict[str, str]
    ) -> None:
        before = people({"a": "1", "b": "2", "c": "3", "d": "4"})
        for rows in permutations(people(turned)):
            await arrange(container, users=before)
            assert (await arrange(container, users=list(rows)))["users.csv"] == Counts(updated=len(rows))
            assert await values(container) == expected([*before, *rows])
            assert (await arrange(container, users=list(rows)))["users.csv"] == Counts(unchanged=len(rows))

    async def test_new_rows_and_stored_ones_pass_a_value_on(self, container: Container) -> None:
        await arrange(container, users=people({"a": "1", "b": "2"}))
        rows = people({"new": "1", "a": "2", "b": "3"})
        assert (await arrange(container, users=rows))["users.csv"] == Counts(created=1, updated=2)
        assert await values(container) == expected(rows)

    async def test_values_are_passed_on_from_one_end_of_a_large_file_to_the_other(self, container: Container) -> None:
        names = [f"u{number:04}" for number in range(1_100)]
        await arrange(container, users=people({name: name for name in names}))
        turned = people({"new": "u1099", "u0000": "", **dict(zip(names[1:], names, strict=False))})
        assert (await arrange(container, users=turned))["users.csv"] == Counts(created=1, updated=1_100)
        assert await values(container) == expected(turned)

    async def test_a_large_file_turns_all_values_in_a_circle(self, container: Container) -> None:
        names = [f"u{number:04}" for number in range(1_100)]
        await arrange(container, users=people({name: name for name in names}))
        turned = people(dict(zip(names, [*names[1:], names[0]], strict=True)))
        assert (await arrange(container, users=turned))["users.csv"] == Counts(updated=1_100)
        assert await values(container) == expected(turned)

    async def test_who_keeps_the_value_is_named(self, container: Container) -> None:
        await arrange(container, users=people({"a": "1", "b": "2", "c": "3"}))
        errors = await refused(container, users=people({"new": "3", "a": "2", "b": "2"}))
        assert errors == [
            "users.csv:2: email: conflicts with c",
            "users.csv:3: email: conflicts with b",
        ]
        assert await values(container) == expected(people({"a": "1", "b": "2", "c": "3"}))

    async def test_who_can_not_give_up_a_value_hinders_those_who_wait_for_it(self, container: Container) -> None:
        await arrange(container, users=people({"a": "1", "b": "2", "c": "3"}))
        errors: list[RowError] = []
        options = ImportOptions(skip=True, refuse=errors.append)
        rows = people({"a": "2", "b": "3", "d": "4"})
        counts = await container.import_files()([source("users", *rows)], options)
        assert counts["users.csv"] == Counts(created=1, rejected=2)
        assert [str(error) for error in errors] == [
            "users.csv:2: employee_id: conflicts with b",
            "users.csv:3: email: conflicts with c",
        ]
        assert await values(container) == expected(people({"a": "1", "b": "2", "c": "3", "d": "4"}))

    async def test_of_two_rows_with_the_same_value_the_first_one_is_named_with_its_line(
        self, container: Container
    ) -> None:
        rows = [
            {"username": "a", "email": "same@x.ru"},
            {"username": "b", "email": "SAME@x.ru"},
            {"username": "c", "email": "other@x.ru"},
        ]
        assert await refused(container, users=rows) == ["users.csv:3: email: conflicts with a"]
        many = [{"username": f"u{n}", "email": f"u{n}@x.ru"} for n in range(600)]
        errors = await refused(container, users=[*many, {"username": "z", "email": "u7@x.ru"}])
        assert errors == ["users.csv:602: email: conflicts with u7"]

    async def test_a_username_that_differs_in_case_alone_is_told(self, container: Container) -> None:
        await arrange(container, users=[{"username": "Анна"}])
        assert await refused(container, users=[{"username": "анна"}]) == ["users.csv:2: username: conflicts with Анна"]
        assert await refused(container, users=[{"username": "b"}, {"username": "B"}]) == [
            "users.csv:3: username: conflicts with b"
        ]

    async def test_two_rows_that_want_a_value_that_is_given_up_are_told_of_each_other(
        self, container: Container
    ) -> None:
        await arrange(container, users=people({"a": "1"}))
        errors = await refused(container, users=people({"a": "2", "b": "1", "c": "1"}))
        assert errors == ["users.csv:4: email: conflicts with b"]

    async def test_the_main_file_of_a_topic_changes_in_any_order(self, container: Container) -> None:
        def files(main: str) -> People:
            kinds = {name: "main_pdf" if name == main else "additional_document" for name in ("x", "y")}
            of_topic = {"lesson": "L", "topic": "1", "original_name": "n", "is_active": "true"}
            return [{**of_topic, "minio_object_name": name, "file_type": kind} for name, kind in kinds.items()]

        await arrange(container, **PROGRAM_OF_ONE, topic_files=files("x"))
        for main in ("y", "x"):
            assert (await arrange(container, topic_files=files(main)))["topic-files.csv"] == Counts(updated=2)
        rows = {row["minio_object_name"]: row for row in await rows_of(container, "topic_files")}
        assert [(rows[name]["file_type"], rows[name]["is_active"]) for name in ("x", "y")] == [
            ("main_pdf", True),
            ("additional_document", True),
        ]
        [error] = await refused(container, topic_files=files("y")[1:])
        assert error == "topic-files.csv:2: topic: conflicts with x"

    async def test_emails_that_were_exchanged_are_no_longer_verified_and_are_audited(
        self, container: Container
    ) -> None:
        await arrange(container, users=people({"a": "1", "b": "2"}))
        before = len(await rows_of(container, "audit_events"))
        await arrange(container, users=people({"a": "2", "b": "1"}))
        events = (await rows_of(container, "audit_events"))[before:]
        assert [event["action"] for event in events] == ["email_changed"] * 2

    async def test_a_heading_of_the_file_is_told_with_its_column(self, container: Container) -> None:
        given = replace(source("users", {"username": "a", "email": "x"}), headings={"email": "Почта"})
        errors: list[RowError] = []
        await container.import_files()([given], ImportOptions(skip=True, refuse=errors.append))
        assert [str(error) for error in errors] == ["users.csv:2: email (Почта): is not an email address"]
