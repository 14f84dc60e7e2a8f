"""OneRoster bundles as school systems write them."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from atg_adapters.tabular.oneroster import Bundle, open_bundle
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import rows_of

OLD = {
    "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n",
    "orgs": "sourcedId,status,dateLastModified,name,type\no1,,,Школа №1,school\no2,,,Район,district\n",
    "users": "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,middleName,email,"
    "identifier\n"
    'u1,,true,"o1,o2",student,anna,Анна,Ким,Ли,ANNA@example.com,77\n'
    "u2,,true,o2,teacher,boris,Борис,Шах,,,\n"
    "u3,,false,o9,administrator,vera,Вера,Юн,,,\n"
    "u4,,true,o1,parent,greta,Грета,Юн,,,\n",
    "classes": "sourcedId,status,title,classCode\nc1,,Физика,PH\nc2,tobedeleted,Химия,CH\n",
    "enrollments": "sourcedId,status,classSourcedId,userSourcedId,role,beginDate\n"
    "e1,,c1,u1,student,2026-09-01\n"
    "e2,,c1,u2,teacher,2026-09-01\n"
    "e3,tobedeleted,c2,u1,student,\n"
    "e4,,c1,u4,student,\n",
    "academicSessions": "sourcedId,title\ns1,2026\ns2,2027\n",
}
NEW = {
    **OLD,
    "users": "sourcedId,status,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n"
    "u1,,true,anna,Анна,Ким,o1\nu2,,true,boris,Борис,Шах,\nu4,,true,greta,Грета,Юн,\n",
    "roles": "userSourcedId,roleType,role,orgSourcedId\n"
    "u2,secondary,student,o1\nu2,primary,teacher,o2\nu1,primary,student,o2\nu4,primary,guardian,o1\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return folder


async def imported(container: Container, bundle: Bundle) -> list[Counts]:
    counts: dict[str, Counts] = await container.import_files()(list(bundle.sources()))
    return list(counts.values())


async def test_a_bundle_of_the_old_version_comes_in_and_is_unchanged_the_second_time(
    container: Container, tmp_path: Path
) -> None:
    """I1."""
    for expected in (Counts(created=3), Counts(unchanged=3)):
        with open_bundle(write(tmp_path / "bundle", OLD)) as bundle:
            users, courses, enrollments = await imported(container, bundle)
        assert users == expected
        assert courses.created + courses.unchanged == 2
        assert enrollments.created + enrollments.unchanged == 1
        assert dict(bundle.ignored) == {
            "rows of academicSessions.csv": 2,
            "users who are parent": 1,
            "enrollments as teacher": 1,
            "enrollments that were deleted": 1,
            "enrollments of users who are not there": 1,
        }
    people = {row["username"]: row for row in await rows_of(container, "users")}
    profiles = {row["id"]: row for row in await rows_of(container, "user_profiles")}
    assert (people["anna"]["full_name"], people["anna"]["role"]) == ("Ким Анна Ли", "student")
    assert people["anna"]["email"] == "anna@example.com"
    assert profiles[people["anna"]["id"]]["department"] == "Школа №1"
    assert profiles[people["anna"]["id"]]["employee_id"] == "77"
    assert (people["vera"]["role"], people["vera"]["is_active"]) == ("user", False)
    assert {row["code"]: row["is_active"] for row in await rows_of(container, "courses")} == {"c1": True, "c2": False}


async def test_a_zip_file_of_the_new_version_tells_roles_apart(container: Container, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with ZipFile(path, "w") as archive:
        for name, text in NEW.items():
            archive.writestr(f"export/{name}.csv", text)
        archive.writestr("../../evil.csv", "x")
        archive.writestr("__MACOSX/export/._users.csv", b"\x00\x05\x16\x07" * 50)
    with open_bundle(path) as bundle:
        users, _, _ = await imported(container, bundle)
        assert users == Counts(created=2)
        assert bundle.ignored["users who are guardian"] == 1
    people = {row["username"]: row for row in await rows_of(container, "users")}
    profiles = {row["id"]: row for row in await rows_of(container, "user_profiles")}
    assert {name: row["role"] for name, row in people.items()} == {"anna": "student", "boris": "teacher"}
    assert profiles[people["anna"]["id"]]["department"] == "Школа №1"
    assert profiles[people["boris"]["id"]]["department"] == "Район"
    assert not (tmp_path.parent / "evil.csv").exists()


def test_what_is_no_bundle_says_so(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"PK nothing")
    for wrong, reason in ((path, "no ZIP file"), (tmp_path / "none", "none"), (tmp_path, "holds no users.csv")):
        with pytest.raises(UnusableFile, match=reason), open_bundle(wrong) as bundle:
            list(bundle.sources())
    write(tmp_path / "b", {"users": "sourcedId\n1\n"})
    with pytest.raises(UnusableFile, match="lacks the column username"), open_bundle(tmp_path / "b") as bundle:
        [list(source.rows) for source in bundle.sources()]
