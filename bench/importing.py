"""How fast files are imported into PostgreSQL, beside psql doing the least that can be done: `make bench-import`.

Imports users and progress, once into an empty database and once more, unchanged. psql copies the same files into
staging tables and inserts from them into the same tables, and copies them into tables without an index. All of it in
turn, ROUNDS times; printed are medians, their ratios, and the peak memory of the importing process. Needs psql.
Then a workbook of LISTED users beside their CSV; `bench/importing.py workbooks` does that alone.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from openpyxl import Workbook

LISTED = 5_000
USERS, TOPICS, ROUNDS = 200_000, 5, 3
SERVER = os.environ.get("ATG_BENCH_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
ATG = str(Path(sys.executable).with_name("atg"))
DATABASE = "atg_bench"
COLUMNS = ["username", "email", "full_name", "role", "employee_id", "department"]
CATALOGUE = {
    "stations": "short_name,name\nS,S\n",
    "programs": "code,station,title\nP,S,P\n",
    "lessons": "code,program,title\nL,P,L\n",
    "topics": "lesson,code,title\n" + "".join(f"L,{topic},T\n" for topic in range(TOPICS)),
}
LEAST = """
BEGIN;
CREATE TEMP TABLE u (username text, email text, full_name text, role text, employee_id text, department text)
    ON COMMIT DROP;
\\copy u FROM 'users.csv' CSV HEADER
INSERT INTO users (id, username, email, full_name, role, created_at, updated_at)
    SELECT gen_random_uuid(), username, email, full_name, role, now(), now() FROM u;
INSERT INTO user_profiles (id, full_name, email, employee_id, department, created_at, updated_at)
    SELECT users.id, u.full_name, u.email, employee_id, department, now(), now() FROM u JOIN users USING (username);
COMMIT;
BEGIN;
CREATE TEMP TABLE p (username text, lesson text, topic text, completed_at timestamptz) ON COMMIT DROP;
\\copy p FROM 'progress.csv' CSV HEADER
INSERT INTO user_topic_progress (id, user_id, topic_id, completed, completed_at, created_at, updated_at)
    SELECT gen_random_uuid(), users.id, topics.id, true, p.completed_at, now(), now()
    FROM p JOIN users USING (username) JOIN lessons ON lessons.code = p.lesson
    JOIN topics ON topics.lesson_id = lessons.id AND topics.code = p.topic;
COMMIT;
"""
BARE = """
CREATE TABLE bare_u (username text, email text, full_name text, role text, employee_id text, department text);
CREATE TABLE bare_p (username text, lesson text, topic text, completed_at timestamptz);
\\copy bare_u FROM 'users.csv' CSV HEADER
\\copy bare_p FROM 'progress.csv' CSV HEADER
"""


def url_of(database: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))


def person(number: int) -> list[str]:
    return [
        *(f"user{number}", f"user{number}@example.com", f"Имя {number}", "user"),
        *(f"E{number}", f"Отдел {number % 50}"),
    ]


def write_lists(folder: Path) -> None:
    """The same users as CSV and as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with (folder / "users.csv").open("w") as file:
        for row in (COLUMNS, *map(person, range(LISTED))):
            file.write(",".join(row) + "\n")
            sheet.append(row)
    book.save(folder / "users.xlsx")


def write(folder: Path) -> None:
    for kind, text in CATALOGUE.items():
        (folder / f"{kind}.csv").write_text(text)
    with (folder / "users.csv").open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        file.writelines(",".join(person(number)) + "\n" for number in range(USERS))
    with (folder / "progress.csv").open("w") as file:
        file.write("username,lesson,topic,completed_at\n")
        for number in range(USERS):
            file.writelines(f"user{number},L,{topic},2026-03-02T08:00:00Z\n" for topic in range(TOPICS))


def emptied() -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")


def renewed(folder: Path) -> None:
    """A new database with the catalogue and nobody in it."""
    emptied()
    for kind in CATALOGUE:
        atg(folder, kind)


def atg(folder: Path, *kinds: str, suffix: str = "csv") -> tuple[float, float]:
    """Seconds, and MiB at most, of importing files one after the other."""
    settings = {**os.environ, "ATG_DATABASE_URL": url_of(DATABASE), "ATG_HOME": str(folder), "ATG_LOG_LEVEL": "ERROR"}
    begun, most = time.monotonic(), 0.0
    for kind in kinds:
        process = subprocess.Popen([ATG, "import", kind, f"{kind}.{suffix}", "--quiet"], cwd=folder, env=settings)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"importing {kind} ended with {process.returncode}")
        most = max(most, used.ru_maxrss / 1024)
    return time.monotonic() - begun, most


def psql(folder: Path, script: str) -> float:
    begun = time.monotonic()
    command = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", url_of(DATABASE)]
    subprocess.run(command, input=script, text=True, cwd=folder, check=True)
    return time.monotonic() - begun


def one_round(folder: Path) -> dict[str, float]:
    renewed(folder)
    first, memory = atg(folder, "users", "progress")
    again, more_memory = atg(folder, "users", "progress")
    renewed(folder)
    least, bare = psql(folder, LEAST), psql(folder, BARE)
    return {"first": first, "again": again, "least": least, "bare": bare, "MiB": max(memory, more_memory)}


def tell(rounds: Sequence[dict[str, float]]) -> None:
    median = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    print(f"{USERS} users and {USERS * TOPICS} progress rows, medians of {len(rounds)} rounds")
    for name, what in (
        ("least", "psql: COPY into staging tables, INSERT … SELECT"),
        ("bare", "psql: COPY into tables without an index"),
        ("first", "atg import"),
        ("again", "atg import, unchanged"),
    ):
        ratio, bare = median[name] / median["least"], median[name] / median["bare"]
        print(f"  {what:50}{median[name]:8.1f} s   {ratio:5.2f} of the least   {bare:6.2f} of bare COPY")
    print(f"  peak memory of atg import: {max(each['MiB'] for each in rounds):.0f} MiB")


def one_list(folder: Path, suffix: str) -> tuple[float, float]:
    emptied()
    subprocess.run(
        [ATG, "migrate"],
        env={**os.environ, "ATG_DATABASE_URL": url_of(DATABASE)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return atg(folder, "users", suffix=suffix)


def tell_lists(folder: Path) -> None:
    write_lists(folder)
    rounds = [{suffix: one_list(folder, suffix) for suffix in ("csv", "xlsx")} for _ in range(ROUNDS)]
    seconds = {suffix: statistics.median(each[suffix][0] for each in rounds) for suffix in ("csv", "xlsx")}
    memory = {suffix: max(each[suffix][1] for each in rounds) for suffix in ("csv", "xlsx")}
    print(f"{LISTED} users, medians of {len(rounds)} rounds, each a whole command")
    for suffix in ("csv", "xlsx"):
        ratio = seconds[suffix] / seconds["csv"]
        print(f"  {suffix:5}{seconds[suffix]:8.2f} s   {ratio:5.2f} of the CSV   {memory[suffix]:5.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:] != ["workbooks"]:
        with tempfile.TemporaryDirectory() as name:
            write(Path(name))
            tell([one_round(Path(name)) for _ in range(ROUNDS)])
    with tempfile.TemporaryDirectory() as name:
        tell_lists(Path(name))
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
