"""The command line as operators use it: what it prints, what it stores, and how it ends."""

import csv
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_core.clock import utc_now
from atg_core.errors import NotSignedIn
from atg_core.identity.model import Device, Role
from atg_core.identity.second_factor import SecondFactor
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import EXAMPLES, SECRET
from tests.integration.command import Atg
from tests.people import PASSWORD, account, add_person, begin_session
from tests.unit.importing.test_oneroster import OLD as ONEROSTER
from tests.unit.importing.test_oneroster import write as write_bundle

GOOD_PASSWORD = "a rather good one"


@pytest.fixture
def atg(database_url: str, tmp_path: Path) -> Atg:
    return Atg(database_url, tmp_path)


@pytest.fixture
async def container(atg: Atg) -> AsyncIterator[Container]:
    """What the command has left in the database, seen from outside of it."""
    container = create_container(Settings(database_url=atg.database_url, secret_key=SECRET))
    yield container
    await close(container)


@pytest.fixture
def sqlite_atg(sqlite_url: str, tmp_path: Path) -> Atg:
    return Atg(sqlite_url, tmp_path)


def test_a_folder_is_imported_and_the_second_time_everything_is_unchanged(atg: Atg) -> None:
    """I1, I2."""
    first = atg("import", "all", str(EXAMPLES))
    assert (first.returncode, first.stderr) == (0, "")
    assert len(first.stdout.splitlines()) == len(list(EXAMPLES.glob("*.csv")))
    assert "users.csv: 66 created, 0 updated, 0 unchanged, 0 rejected" in first.stdout
    second = atg("import", "all", str(EXAMPLES))
    assert second.returncode == 0
    assert all(line.split(": ")[1].startswith("0 created, 0 updated, ") for line in second.stdout.splitlines())


async def test_a_bad_row_is_named_and_leaves_the_database_as_it_was(atg: Atg, container: Container) -> None:
    good, bad = atg.home / "good.csv", atg.home / "bad.csv"
    good.write_text("short_name,name\nS,Станция\n", encoding="utf-8")
    bad.write_text('short_name,name,status\nA,"А",active\nB,Б,broken\n', encoding="utf-8")
    refused = atg("import", "stations", str(good), str(bad))
    assert refused.returncode == 1
    assert f"{bad}:3: status: is none of active, maintenance" in refused.stderr
    assert "nothing was stored" in refused.stderr
    assert refused.stdout == ""
    assert await container.catalog_queries().stations() == []
    accepted = atg("import", "stations", str(good))
    assert "1 created, 0 updated, 0 unchanged" in accepted.stdout
    assert [station.name for station in await container.catalog_queries().stations()] == ["Станция"]


def test_what_can_not_be_used_ends_with_two(sqlite_atg: Atg) -> None:
    folder = sqlite_atg.home / "folder"
    folder.mkdir()
    (folder / "stations.csv").write_text("name\nx\n")
    for arguments, reason in (
        (("planets", "x.csv"), "there is no kind planets"),
        (("stations", "missing.csv"), "missing.csv"),
        (("all", "missing"), "is no folder"),
        (("all", str(folder)), "lacks the column short_name"),
    ):
        run = sqlite_atg("import", *arguments)
        assert run.returncode == 2
        assert reason in run.stderr


def test_files_and_columns_that_nobody_knows_are_skipped_with_a_word(sqlite_atg: Atg) -> None:
    folder = sqlite_atg.home / "folder"
    folder.mkdir()
    (folder / "planets.csv").write_text("name\nMars\n")
    (folder / "stations.csv").write_text("short_name,name,colour\nS,s,red\n")
    run = sqlite_atg("import", "all", str(folder))
    assert run.returncode == 2
    assert "planets.csv: named after no known kind, skipped" in run.stderr
    assert "unknown columns are left out: colour" in run.stderr
    assert "stations.csv:2: colour ('red'): no column of stations, the value would be lost" in run.stderr
    run = sqlite_atg("import", "all", str(folder), "--skip-column", "colour")
    assert (run.returncode, "colour" in run.stderr) == (0, False)
    (folder / "stations.csv").write_text("short_name,name,colour\nS,s,\n")
    run = sqlite_atg("import", "all", str(folder))
    assert (run.returncode, "unknown columns are left out: colour" in run.stderr) == (0, True)


async def test_an_administrator_is_made_from_a_password_on_standard_input(atg: Atg, container: Container) -> None:
    command = ("users", "create-admin", "--username", "root", "--password-stdin")
    weak = atg(*command, given="password\n")
    assert (weak.returncode, weak.stderr) == (2, "atg: This password is too easy to guess\n")
    made = atg(*command, given=f"{GOOD_PASSWORD}\n")
    assert (made.returncode, made.stdout) == (0, "Administrator root made.\n")
    again = atg(*command, given=f"{GOOD_PASSWORD}\n")
    assert (again.returncode, again.stderr) == (2, "atg: This username is taken\n")
    _, account = await container.sign_in()("root", GOOD_PASSWORD, Device(ip_address=None, user_agent=None))
    assert account.user.role is Role.ADMIN


async def test_accounts_are_listed_shown_and_changed(atg: Atg, container: Container) -> None:
    await add_person(container, "anna", email="anna@example.com", full_name="Анна\u202e\x1b[31m")
    boris = account("boris", role=Role.TEACHER)
    async with container.open_identity()() as store:
        await store.add_account(boris)
    await begin_session(container, boris.user)
    listed = [json.loads(line) for line in atg("users", "list", "--json").stdout.splitlines()]
    assert [(each["username"], each["role"], each["is_active"]) for each in listed] == [
        ("anna", "user", True),
        ("boris", "teacher", True),
    ]
    assert not any("hash" in name for name in listed[0])
    assert [line.split()[0] for line in atg("users", "list", "--role", "teacher").stdout.splitlines()] == ["boris"]
    shown = atg("users", "show", "ANNA@example.com").stdout
    assert "anna@example.com" in shown
    assert "\x1b" not in shown
    assert atg("users", "show", "nobody").returncode == 2
    weak = atg("users", "set-password", "boris", "--password-stdin", given="password\n")
    assert (weak.returncode, "easy to guess" in weak.stderr) == (2, True)
    asked = atg("users", "set-password", "boris", given=f"{GOOD_PASSWORD}\n")
    assert (asked.returncode, "--password-stdin" in asked.stderr) == (2, True)
    changed = atg("users", "set-password", "boris", "--password-stdin", given=f"{GOOD_PASSWORD}\n")
    assert (changed.returncode, changed.stdout) == (0, "boris has another password now.\n")
    assert (await container.callers().live_sessions(boris.user.id, utc_now(), limit=9, offset=0))[1] == 0
    await container.sign_in()("boris", GOOD_PASSWORD, Device(ip_address=None, user_agent=None))
    assert atg("users", "deactivate", "boris").returncode == 0
    with pytest.raises(NotSignedIn):
        await container.sign_in()("boris", GOOD_PASSWORD, Device(ip_address=None, user_agent=None))
    assert [line.split()[0] for line in atg("users", "list", "--inactive").stdout.splitlines()] == ["boris"]
    assert atg("users", "activate", "boris").returncode == 0
    sources = {row["source"]: row["action"] for row in await rows_of(container, "audit_events")}
    assert sources["atg users set-password"] == "password_changed"
    assert sources["atg users deactivate"] == "user_deactivated"


def test_only_some_commands_bring_the_schema_to_the_newest(sqlite_atg: Atg) -> None:
    fresh = {"ATG_DATABASE_URL": "", "ATG_HOME": str(sqlite_atg.home / "fresh")}
    for command in (("users", "list"), ("jobs", "list"), ("export", "users"), ("stats", "rebuild"), ("worker",)):
        ran = sqlite_atg(*command, **fresh)
        assert (ran.returncode, ran.stderr) == (
            2,
            "atg: The database has not the newest schema: run `atg migrate`\n",
        ), command
    assert sqlite_atg("migrate", **fresh).returncode == 0
    assert sqlite_atg("users", "list", **fresh).returncode == 0


async def test_a_second_factor_is_removed_for_who_has_lost_it(atg: Atg, container: Container) -> None:
    user_id = await add_person(container, "anna")
    command = ("users", "remove-second-factor", "--username", "anna@example.com")
    nothing = atg(*command)
    assert (nothing.returncode, nothing.stderr) == (2, "atg: There is no second factor\n")
    now = utc_now()
    async with container.open_identity()() as store:
        await store.put_second_factor(SecondFactor(user_id=user_id, secret="s", created_at=now, confirmed_at=now))
    removed = atg(*command, "--json")
    assert (removed.returncode, json.loads(removed.stdout)["username"]) == (0, "anna")
    await container.sign_in()("anna", PASSWORD, Device(ip_address=None, user_agent=None))
    sources = {row["action"]: row["source"] for row in await rows_of(container, "audit_events")}
    assert sources["second_factor_removed"] == "atg users remove-second-factor"


def test_the_schema_of_the_database_in_the_home_folder_is_migrated_and_checked(sqlite_atg: Atg) -> None:
    fresh = {"ATG_DATABASE_URL": "", "ATG_HOME": str(sqlite_atg.home / "made" / "by itself")}
    unmigrated = sqlite_atg("db", "check", **fresh)
    assert unmigrated.returncode == 1
    assert unmigrated.stderr == "atg: the database has no schema; run `atg migrate`\n"
    assert sqlite_atg("migrate", **fresh).returncode == 0
    newest = schema.newest_revision()
    told = sqlite_atg("db", "check", **fresh).stdout
    assert told == f"The schema of the database is that of this version ({newest}).\n"
    older = {"ATG_DATABASE_URL": f"sqlite:///{fresh['ATG_HOME']}/atg.db"}
    for revision, state, reason in (
        (f"{int(newest) - 1:04}", "behind", f"revision {int(newest) - 1:04}, this version {newest}; run `atg migrate`"),
        ("9999", "ahead", f"revision 9999 of a later version, and this one {newest}; run that one"),
        ("5f3a", "unknown", "revision 5f3a, which is none of ours"),
    ):
        with sqlite3.connect(f"{fresh['ATG_HOME']}/atg.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
        connection.close()
        differs = sqlite_atg("db", "check", **older)
        assert (differs.returncode, differs.stdout, differs.stderr.count("\n")) == (1, "", 1)
        assert reason in differs.stderr
        report = json.loads(sqlite_atg("db", "check", "--json", **older).stdout)
        assert (report["matches"], report["state"], report["revision"]) == (False, state, revision)
    for command in (("migrate",), ("users", "list")):
        refused = sqlite_atg(*command, **older)
        assert (refused.returncode, "which this version does not know" in refused.stderr) == (2, True)


async def test_columns_too_few_and_too_many_are_told(atg: Atg, container: Container) -> None:
    async with container.database().transaction() as connection:
        for change in ("DROP COLUMN icon", "ADD COLUMN colour VARCHAR(7)"):
            await connection.execute(sa.text(f"ALTER TABLE courses {change}"))
    differs = atg("db", "check")
    assert (differs.returncode, differs.stdout) == (1, "")
    assert differs.stderr.splitlines()[:2] == [
        "courses: column colour is not of this version",
        "courses: column icon is missing",
    ]


def test_a_tree_of_documents_is_copied_and_the_second_time_nothing_is(sqlite_atg: Atg, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    (documents / "Тема 1").mkdir(parents=True)
    (documents / "Тема 1" / "Схема №1.pdf").write_bytes(b"%PDF-1.7")
    (documents / "empty.txt").touch()
    (documents / "link").symlink_to("/etc/passwd")
    first = sqlite_atg("import", "files", str(documents), "--prefix", "lessons/5")
    assert (first.returncode, first.stdout) == (0, f"{documents}: 2 copied, 0 unchanged\n")
    objects = tmp_path / "files" / "objects" / "lessons" / "5"
    assert (objects / "Тема 1" / "Схема №1.pdf").read_bytes() == b"%PDF-1.7"
    assert not (objects / "link").exists()
    (documents / "empty.txt").write_text("no longer")
    again = sqlite_atg("import", "files", str(documents), "--prefix", "lessons/5")
    assert again.stdout == f"{documents}: 1 copied, 1 unchanged\n"
    (documents / "back\\slash").touch()
    bad = sqlite_atg("import", "files", str(documents))
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "backslash" in bad.stderr
    assert sqlite_atg("import", "files", str(tmp_path / "absent")).returncode == 2


def test_the_api_is_described(sqlite_atg: Atg) -> None:
    assert sqlite_atg("openapi", "--output", "api.yaml").returncode == 0
    assert (sqlite_atg.home / "api.yaml").read_text(encoding="utf-8").startswith("info:")


def test_a_wrong_setting_or_a_database_that_is_away_is_said_in_a_line(sqlite_atg: Atg) -> None:
    wrong = sqlite_atg("migrate", ATG_PORT="many")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "ATG_PORT" in wrong.stderr
    schemaless = sqlite_atg("db", "check", ATG_DATABASE_URL="memory://")
    assert (schemaless.returncode, schemaless.stderr.count("\n")) == (2, 1)
    assert "ATG_DATABASE_URL" in schemaless.stderr
    away = sqlite_atg("migrate", ATG_DATABASE_URL="postgresql://postgres@127.0.0.1:9/atg")
    assert (away.returncode, away.stderr) == (2, "atg: The database can not be used: nothing listens at 127.0.0.1:9\n")


def test_progress_comes_in_and_goes_out_and_its_conclusions_stay(sqlite_atg: Atg) -> None:
    files = {
        "stations": "short_name,name\nS,Станция\n",
        "users": "username,full_name\nanna,Анна\n",
        "courses": "code,station,title\nC,S,Курс\n",
        "programs": "code,station,title\nP,S,Программа\n",
        "lessons": "code,program,title\nL,P,Урок\n",
        "topics": "lesson,code,title\nL,1,Тема\n",
        "enrollments": "username,course\nanna,C\n",
        "progress": "username,lesson,topic,completed_at\r\nanna,L,1,2026-03-02T08:00:00Z\r\n",
    }
    for name, text in files.items():
        (sqlite_atg.home / f"{name}.csv").write_bytes(text.encode())
    assert sqlite_atg("import", "all", str(sqlite_atg.home)).returncode == 0
    exported = sqlite_atg("export", "progress")
    assert (exported.returncode, exported.stderr) == (0, "")
    assert exported.stdout.splitlines() == files["progress"].splitlines()
    rebuilt = sqlite_atg("stats", "rebuild")
    assert (rebuilt.returncode, rebuilt.stdout) == (0, "Progress, certificates and totals are those of the facts.\n")
    assert "anna,C," in sqlite_atg("export", "enrollments").stdout
    unknown = sqlite_atg("export", "nonsense")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "there is no kind nonsense" in unknown.stderr


def test_bad_rows_are_left_out_reported_and_imported_when_corrected(atg: Atg) -> None:
    """I2."""
    file, report = atg.home / "stations.csv", atg.home / "bad.csv"
    rows = ["A,Первая,active", "B,Вторая,broken", ",Третья,active", "C,=1+1,active"]
    file.write_text("short_name,name,status\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = atg("import", "stations", str(file), "--on-error", "skip", "--report", str(report))
    assert done.returncode == 1
    assert done.stdout == f"{file}: 2 created, 0 updated, 0 unchanged, 2 rejected\n"
    assert f"{file}:3: status:" in done.stderr
    assert "2 bad rows were left out" in done.stderr
    told = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [(row["line"], row["column"], row["name"]) for row in told] == [
        ("3", "status", "Вторая"),
        ("4", "short_name", "Третья"),
    ]
    text = report.read_text(encoding="utf-8").replace("broken", "active").replace(",,Третья", ",D,Третья")
    report.write_text(text, encoding="utf-8")
    done = atg("import", "stations", str(report))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 created, 0 updated, 0 unchanged, 0 rejected" in done.stdout


def test_a_dry_run_says_what_would_come_of_it_and_stores_nothing(atg: Atg) -> None:
    dry = atg("import", "all", str(EXAMPLES), "--dry-run", "--json")
    assert dry.returncode == 0
    counts = {Path(file).stem: count for file, count in json.loads(dry.stdout).items()}
    assert counts["users"] == {"created": 66, "updated": 0, "unchanged": 0, "rejected": 0}
    assert "nothing was stored" in dry.stderr
    assert atg("export", "stations").stdout.count("\n") == 1
    real = atg("import", "all", str(EXAMPLES), "--quiet")
    assert (real.returncode, real.stdout, real.stderr) == (0, "", "")


def test_other_formats_are_known_by_their_names_or_by_what_is_said(sqlite_atg: Atg) -> None:
    lines = sqlite_atg.home / "stations.jsonl"
    lines.write_text('{"short_name": "S", "name": "Станция"}\n', encoding="utf-8")
    assert "1 created" in sqlite_atg("import", "stations", str(lines)).stdout
    unnamed = sqlite_atg.home / "stations.txt"
    unnamed.write_bytes(lines.read_bytes())
    assert "1 unchanged" in sqlite_atg("import", "stations", str(unnamed), "--format", "jsonl").stdout
    refused = sqlite_atg("import", "stations", str(unnamed), "--format", "xlsx")
    assert refused.returncode == 2
    assert "no workbook" in refused.stderr
    (sqlite_atg.home / "stations.csv").write_text("short_name,name\n", encoding="utf-8")
    assert "for the same kind" in sqlite_atg("import", "all", str(sqlite_atg.home)).stderr


def test_a_kind_is_described_and_its_template_can_be_imported(sqlite_atg: Atg) -> None:
    told = sqlite_atg("import", "users", "--describe")
    assert told.returncode == 0
    assert "| `username` | required | text of at most 50 characters |" in told.stderr
    template = sqlite_atg.home / "users.csv"
    template.write_text(told.stdout, encoding="utf-8")
    assert "0 created" in sqlite_atg("import", "users", str(template)).stdout
    assert sqlite_atg("import", "nonsense", "--describe").returncode == 2
    assert sqlite_atg("import", "users").returncode == 2


def test_a_oneroster_bundle_is_imported_and_what_has_no_place_is_told(sqlite_atg: Atg) -> None:
    bundle = write_bundle(sqlite_atg.home / "bundle", ONEROSTER)
    done = sqlite_atg("import", "oneroster", str(bundle))
    assert done.returncode == 0
    assert f"{bundle}/users.csv: 3 created, 0 updated, 0 unchanged, 0 rejected" in done.stdout
    assert "1 users who are parent: have no place here" in done.stderr
    assert sqlite_atg("import", "oneroster", str(sqlite_atg.home)).returncode == 2


def test_questions_of_other_systems_come_into_tests_and_homework(sqlite_atg: Atg) -> None:
    home = sqlite_atg.home
    for name, text in (
        ("stations.csv", "short_name,name\nS,s\n"),
        ("programs.csv", "code,station,title\nP,S,p\n"),
        ("lessons.csv", "code,program,title\nL,P,l\n"),
        ("tests.csv", "code,lesson,program,title\nT,L,,t\n"),
        ("users.csv", "username,role\nt,teacher\n"),
        ("groups.csv", "teacher,name,students\nt,G,\n"),
        ("homework.csv", "teacher,group,title\nt,G,H\n"),
    ):
        (home / name).write_text(text, encoding="utf-8")
        assert sqlite_atg("import", name.removesuffix(".csv"), str(home / name)).returncode == 0
    (home / "q.gift").write_text("::1::Раз?{=a ~b}\n\nДва?{~%50%a ~%50%b ~c}\n\nТри?{}\n", encoding="utf-8")
    (home / "T.txt").write_text("Раз?\nA. a\nB. b\nANSWER: A\n", encoding="utf-8")
    bad = sqlite_atg("import", "questions", str(home / "q.gift"), "--set", "test=T")
    assert (bad.returncode, f"{home}/q.gift:5: text: is answered by a text" in bad.stderr) == (1, True)
    good = sqlite_atg("import", "questions", str(home / "T.txt"))
    assert (good.returncode, "1 created" in good.stdout) == (0, True)
    skipped = sqlite_atg("import", "questions", str(home / "q.gift"), "--set", "test=T", "--on-error", "skip")
    assert "1 created, 0 updated, 1 unchanged, 1 rejected" in skipped.stdout
    assert "q.gift: 1 titles of questions: have no place here" in skipped.stderr
    sets = [part for each in ("teacher=t", "group=G", "homework=H", "points=2") for part in ("--set", each)]
    homework = sqlite_atg("import", "homework-questions", str(home / "q.gift"), *sets)
    assert (homework.returncode, "3 created" in homework.stdout) == (0, True)
    assert "t,G,H,2,MULTI_CHOICE,Два?,2.00,false,a;b;c,1;2" in sqlite_atg("export", "homework-questions").stdout
    for wrong, reason in (("colour=red", "there is no column colour of questions"), ("test", "needs a value")):
        refused = sqlite_atg("import", "questions", str(home / "q.gift"), "--set", wrong)
        assert (refused.returncode, reason in refused.stderr) == (2, True)
