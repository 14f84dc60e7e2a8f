"""OneRoster bundles, one after the other, over every `ImportStore`."""

from pathlib import Path
from typing import Any

from atg_adapters.tabular.oneroster import Bundle, open_bundle
from atg_core.importing.cells import fitted
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.accounts import sign_up

LONG_CLASS, LONG_NAME = "very-long-sourced-id-" + "x" * 300, "maximilian.oberhauser-brandstetter@students.k12.example"
USERS = "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,identifier"
NEW_USERS = "sourcedId,status,enabledUser,username,givenName,familyName,email,primaryOrgSourcedId"
ROLES = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId"
CLASSES = "sourcedId,status,title"
ENROLLMENTS = "sourcedId,status,classSourcedId,userSourcedId,role,beginDate,endDate"


async def imported(container: Container, folder: Path, **files: tuple[str, ...]) -> tuple[dict[str, Counts], Bundle]:
    """Counts by the name of the file."""
    for old in folder.glob("*.csv"):
        old.unlink()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    known = await container.list_known()()
    with open_bundle(folder) as bundle:
        counts = await container.import_files()(list(bundle.sources(known)))
    return {Path(file).name.replace(".csv", ""): count for file, count in counts.items()}, bundle


async def people(container: Container) -> dict[str, dict[str, Any]]:
    profiles = {row["id"]: row for row in await rows_of(container, "user_profiles")}
    return {
        row["username"]: {**profiles[row["id"]], **row, "contact": profiles[row["id"]]["email"]}
        for row in await rows_of(container, "users")
    }


async def enrolled(container: Container) -> dict[tuple[str, str], str]:
    """First days by username and code of the course."""
    users = {row["id"]: row["username"] for row in await rows_of(container, "users")}
    courses = {row["id"]: row["code"] for row in await rows_of(container, "courses")}
    return {
        (users[row["user_id"]], courses[row["course_id"]]): f"{row['started_at']:%Y-%m-%d}"
        for row in await rows_of(container, "user_courses")
    }


class RosterContract:
    """The fixture `container` gives the adapter."""

    async def test_ids_of_any_length_are_kept_whole_and_names_made_to_fit(
        self, container: Container, tmp_path: Path
    ) -> None:
        long_number = "9" * 70
        bundle = {
            "users": (USERS, f"{'u' * 200},,true,o1,student,{LONG_NAME},Max,O,max@x.ru,{long_number}"),
            "classes": (CLASSES, f"{LONG_CLASS},,Room", f"{LONG_CLASS}2,,Room 2"),
            "enrollments": (ENROLLMENTS, f"e1,,{LONG_CLASS},{'u' * 200},student,,"),
        }
        _, read = await imported(container, tmp_path, **bundle)
        username = fitted(LONG_NAME, 50)
        [(name, person)] = (await people(container)).items()
        assert (name, len(name), person["sourced_id"]) == (username, 50, "u" * 200)
        assert person["employee_id"] == fitted(long_number, 50)
        courses = {row["sourced_id"]: row["code"] for row in await rows_of(container, "courses")}
        assert courses == {LONG_CLASS: fitted(LONG_CLASS, 50), f"{LONG_CLASS}2": fitted(f"{LONG_CLASS}2", 50)}
        assert list(await enrolled(container)) == [(username, fitted(LONG_CLASS, 50))]
        assert f"{LONG_NAME} is longer than 50 characters: here it is {username}" in read.notes
        counts, _ = await imported(container, tmp_path, **bundle)
        assert counts == {
            "users": Counts(unchanged=1),
            "classes": Counts(unchanged=2),
            "enrollments": Counts(unchanged=1),
        }

    async def test_a_pair_that_is_enrolled_twice_is_enrolled_since_the_first_day(
        self, container: Container, tmp_path: Path
    ) -> None:
        bundle = {
            "users": (USERS, "u1,,true,,student,anna,A,A,,", "u2,,true,,student,boris,B,B,,"),
            "classes": (CLASSES, "k1,,K"),
            "enrollments": (
                ENROLLMENTS,
                "e1,,k1,u1,student,2027-01-10,2027-05-31",
                "e2,,k1,u2,student,2026-10-01,",
                "e3,,k1,u1,student,2026-09-01,2026-12-31",
                "e4,,k1,u1,student,,",
                "e5,tobedeleted,k1,u1,student,2020-01-01,",
                "e6,,k1,u1,teacher,2020-01-01,",
            ),
        }
        for expected in (Counts(created=2), Counts(unchanged=2)):
            counts, read = await imported(container, tmp_path, **bundle)
            assert counts["enrollments"] == expected
            assert read.ignored["enrollments that repeat another one"] == 2
            assert await enrolled(container) == {("anna", "k1"): "2026-09-01", ("boris", "k1"): "2026-10-01"}

    async def test_of_those_who_share_an_email_the_first_signs_in_with_it(
        self, container: Container, tmp_path: Path
    ) -> None:
        siblings = ("u2,,true,,student,sib1,A,S,parent@x.ru,", "u3,,true,,student,sib2,B,S,Parent@X.ru,")
        own = "u4,,true,,student,own,C,S,own@x.ru,"
        for _ in range(2):
            _, read = await imported(container, tmp_path, users=(USERS, *siblings, own))
            found = await people(container)
            assert {name: (row["email"], row["contact"]) for name, row in found.items()} == {
                "sib1": ("parent@x.ru", "parent@x.ru"),
                "sib2": (None, "parent@x.ru"),
                "own": ("own@x.ru", "own@x.ru"),
            }
            assert read.notes == [
                "parent@x.ru is shared by sib1, sib2: sib1 signs in with it, the others have it in their profiles"
            ]
        counts, _ = await imported(container, tmp_path, users=(USERS, *reversed(siblings), own))
        assert list(counts.values()) == [Counts(unchanged=3), Counts(unchanged=1)]
        moved = "u2,,true,,student,sib1,A,S,new@x.ru,"
        _, read = await imported(container, tmp_path, users=(USERS, siblings[1], moved, own))
        found = await people(container)
        assert (found["sib1"]["email"], found["sib2"]["email"], read.notes) == ("new@x.ru", "parent@x.ru", [])

    async def test_an_email_of_somebody_else_who_is_here_is_shared_with_them(
        self, container: Container, tmp_path: Path
    ) -> None:
        await arrange(container, users=[{"username": "director", "email": "office@x.ru"}])
        await sign_up(container, "squatter", email="kim@x.ru")
        rows = ("u1,,true,,student,anna,A,A,office@x.ru,", "u2,,true,,student,kim,B,B,kim@x.ru,")
        _, read = await imported(container, tmp_path, users=(USERS, *rows))
        found = await people(container)
        assert (found["director"]["email"], found["anna"]["email"], found["anna"]["contact"]) == (
            "office@x.ru",
            None,
            "office@x.ru",
        )
        assert (found["kim"]["email"], found["squatter"]["email"]) == ("kim@x.ru", None)
        assert len(read.notes) == 1

    async def test_who_leaves_is_deactivated_without_a_role_or_a_name(
        self, container: Container, tmp_path: Path
    ) -> None:
        await imported(
            container,
            tmp_path,
            users=(NEW_USERS, "u1,,true,anna,A,A,a@x.ru,", "u2,,true,boris,B,B,,", "u3,,true,vera,V,V,,"),
            roles=(ROLES, "r1,,u1,primary,student,", "r2,,u2,primary,teacher,", "r3,,u3,primary,student,"),
        )
        counts, read = await imported(
            container,
            tmp_path,
            users=(
                NEW_USERS,
                "u1,tobedeleted,,,,,,",
                "u2,tobedeleted,false,boris,B,B,,",
                "u3,active,true,vera,Vera,V,,",
                "u9,tobedeleted,,,,,,",
                "u8,active,true,nobody,N,N,,",
            ),
            roles=(ROLES, "r2,tobedeleted,u2,primary,teacher,"),
        )
        assert counts["users"] == Counts(updated=3)
        assert read.ignored == {"users who are of no role": 2}
        found = await people(container)
        assert {name: (row["is_active"], row["role"], row["full_name"]) for name, row in found.items()} == {
            "anna": (False, "student", "A A"),
            "boris": (False, "teacher", "B B"),
            "vera": (True, "student", "V Vera"),
        }
        assert found["anna"]["email"] == "a@x.ru"

    async def test_a_delta_enrolls_those_who_are_not_repeated(self, container: Container, tmp_path: Path) -> None:
        await imported(
            container,
            tmp_path,
            users=(USERS, "u1,,true,o1,student,anna,A,A,,", f"u2,,true,,student,{LONG_NAME},B,B,,"),
            orgs=("sourcedId,name", "o1,Школа"),
            classes=(CLASSES, "k1,,K", f"{LONG_CLASS},,L"),
        )
        counts, read = await imported(
            container,
            tmp_path,
            enrollments=(
                ENROLLMENTS,
                "e1,active,k1,u1,student,2026-09-01,",
                f"e2,active,{LONG_CLASS},u2,student,2026-09-01,",
                "e3,active,k1,u7,student,2026-09-01,",
            ),
        )
        assert counts == {"enrollments": Counts(created=2)}
        assert read.ignored == {"enrollments of users who are not there": 1}
        assert set(await enrolled(container)) == {("anna", "k1"), (fitted(LONG_NAME, 50), fitted(LONG_CLASS, 50))}

    async def test_a_delta_keeps_what_it_does_not_repeat(self, container: Container, tmp_path: Path) -> None:
        await imported(
            container,
            tmp_path,
            users=(USERS, "u1,,true,o1,student,anna,A,A,,", "u2,,true,o1,student,boris,B,B,,"),
            orgs=("sourcedId,name", "o1,Школа"),
            classes=(CLASSES, "k1,,K", "k2,,L"),
        )
        counts, read = await imported(
            container,
            tmp_path,
            users=(NEW_USERS, "u1,active,true,anna,Anna,A,,o1"),
            roles=(ROLES, "r1,active,u2,primary,teacher,o1"),
            classes=(CLASSES, "k1,tobedeleted,", "k9,tobedeleted,"),
        )
        assert counts == {"users": Counts(updated=1), "roles": Counts(updated=1), "classes": Counts(updated=1)}
        assert read.ignored == {"deleted classes that are not here": 1}
        found = await people(container)
        assert {name: (row["full_name"], row["role"], row["department"]) for name, row in found.items()} == {
            "anna": ("A Anna", "student", "Школа"),
            "boris": ("B B", "teacher", "Школа"),
        }
        courses = {row["code"]: (row["title"], row["is_active"]) for row in await rows_of(container, "courses")}
        assert courses == {"k1": ("K", False), "k2": ("L", True)}
