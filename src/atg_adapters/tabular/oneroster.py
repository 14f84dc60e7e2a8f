"""OneRoster 1.1 and 1.2 CSV bundles (1EdTech), as sources of an import.

users → users; orgs → their departments; classes → courses; enrollments of students → enrollments. What has no place
here is counted and named. Deleted records are deactivated users and courses, and no enrollments.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from atg_adapters.tabular.csv_files import csv_rows
from atg_adapters.tabular.texts import open_text
from atg_core.identity.model import Role
from atg_core.importing.kinds import COURSES, ENROLLMENTS, USERS
from atg_core.importing.model import Kind, Row
from atg_core.importing.ports import Source, UnusableFile

_MOST_UNPACKED_BYTES = 4 * 1024**3
_ROLES = {
    "student": Role.STUDENT,
    "teacher": Role.TEACHER,
    "aide": Role.TEACHER,
    "administrator": Role.USER,
    "siteAdministrator": Role.USER,
    "districtAdministrator": Role.USER,
    "principal": Role.USER,
    "counselor": Role.USER,
    "proctor": Role.USER,
}
_USED = {"manifest", "users", "orgs", "classes", "enrollments", "roles"}
_NEEDED = {
    "users": ("sourcedId", "username"),
    "orgs": ("sourcedId", "name"),
    "classes": ("sourcedId", "title"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "roles": ("userSourcedId", "role"),
}

type Record = Mapping[str, str]


@dataclass(slots=True)
class Bundle:
    """A bundle called `name` whose files lie in `folder`. `left_over`: what has no place; right when all is read."""

    name: str
    folder: Path
    left_over: Counter[str] = field(default_factory=Counter)
    _usernames: dict[str, str] = field(default_factory=dict)

    def sources(self) -> Iterator[Source]:
        """In the order in which they refer to each other; each is read while it is imported. Raises UnusableFile."""
        for path in sorted(self.folder.glob("*.csv")):
            if path.stem not in _USED:
                self.left_over[f"rows of {path.name}"] += sum(1 for _ in _records(path, ()))
        if not self._path("users").is_file():
            raise UnusableFile(f"{self.name}: holds no users.csv")
        yield self._source("users", USERS, self._users())
        if self._path("classes").is_file():
            yield self._source("classes", COURSES, self._courses())
        if self._path("enrollments").is_file():
            yield self._source("enrollments", ENROLLMENTS, self._enrollments())

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def _source(self, name: str, kind: Kind, rows: Iterator[tuple[int, dict[str, str]]]) -> Source:
        headers = {
            "users": ["username", "full_name", "email", "role", "is_active", "employee_id", "department", "phone"],
            "classes": ["code", "title", "is_active"],
            "enrollments": ["username", "course", "enrolled_at"],
        }[name]
        found = (Row(line=line, cells=cells) for line, cells in rows)
        return Source(file=f"{self.name}/{name}.csv", kind=kind, headers=headers, rows=found)

    def _all(self, name: str) -> Iterator[tuple[int, Record]]:
        path = self._path(name)
        return _records(path, _NEEDED[name]) if path.is_file() else iter(())

    def _users(self) -> Iterator[tuple[int, dict[str, str]]]:
        orgs = {record["sourcedId"]: record["name"] for _, record in self._all("orgs")}
        roles: dict[str, Record] = {}
        for _, record in self._all("roles"):  # 1.2; the primary role stands first or says so
            if record.get("roleType") == "primary" or record["userSourcedId"] not in roles:
                roles[record["userSourcedId"]] = record
        for line, user in self._all("users"):
            of_user = roles.get(user["sourcedId"], {})
            role = user.get("role") or of_user.get("role", "")
            if role not in _ROLES:
                self.left_over[f"users who are {role or 'of no role'}"] += 1
                continue
            org = user.get("primaryOrgSourcedId") or of_user.get("orgSourcedId") or user.get("orgSourcedIds", "")
            names = (user.get(part, "") for part in ("familyName", "givenName", "middleName"))
            self._usernames[user["sourcedId"]] = user["username"]
            yield (
                line,
                {
                    "username": user["username"],
                    "full_name": " ".join(name for name in names if name),
                    "email": user.get("email", ""),
                    "role": _ROLES[role],
                    "is_active": _flag(_is_active(user) and user.get("enabledUser", "true").lower() != "false"),
                    "employee_id": user.get("identifier", ""),
                    "department": orgs.get(org.split(",")[0].strip(), ""),
                    "phone": user.get("phone", "") or user.get("sms", ""),
                },
            )

    def _courses(self) -> Iterator[tuple[int, dict[str, str]]]:
        for line, record in self._all("classes"):
            cells = {"code": record["sourcedId"], "title": record["title"], "is_active": _flag(_is_active(record))}
            yield line, cells

    def _enrollments(self) -> Iterator[tuple[int, dict[str, str]]]:
        for line, record in self._all("enrollments"):
            username = self._usernames.get(record["userSourcedId"])
            if record["role"] != "student":
                self.left_over[f"enrollments as {record['role'] or 'nothing'}"] += 1
            elif not _is_active(record):
                self.left_over["enrollments that were deleted"] += 1
            elif username is None:
                self.left_over["enrollments of users who are not there"] += 1
            else:
                cells = {"username": username, "course": record["classSourcedId"]}
                yield line, {**cells, "enrolled_at": record.get("beginDate", "")}


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """A folder, or a ZIP file of the same, which is unpacked for the while. Raises UnusableFile."""
    if path.is_dir():
        yield Bundle(str(path), path)
        return
    with TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        yield Bundle(str(path), Path(folder))


def _unpack(path: Path, folder: Path) -> None:
    """Only CSV files, by their bare names, wherever they lie in the archive."""
    try:
        with ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
            if sum(member.file_size for member in members) > _MOST_UNPACKED_BYTES:
                raise UnusableFile(f"{path}: unpacks to more than {_MOST_UNPACKED_BYTES} bytes")
            for member in members:
                name = member.filename.replace("\\", "/").rpartition("/")[2]
                with archive.open(member) as packed, (folder / name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        raise UnusableFile(f"{path}: is no folder and no ZIP file that can be read") from error
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error


def _records(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Record]]:
    """The rows by header, each with its line. Raises UnusableFile where a needed column is not there."""
    with open_text(path, newline="") as file:
        rows = csv_rows(file, path)
        headers = [header.strip() for header in next(rows, (1, []))[1]]
        if missing := [header for header in needed if header not in headers]:
            raise UnusableFile(f"{path}: lacks the column {', '.join(missing)}")
        for line, cells in rows:
            if any(cells):
                padded = [*cells, *[""] * (len(headers) - len(cells))]
                yield line, {header: cell.strip() for header, cell in zip(headers, padded, strict=False)}


def _is_active(record: Record) -> bool:
    """In a delta, records are `tobedeleted`; in a bulk file the column is empty."""
    return record.get("status", "").lower() not in {"tobedeleted", "inactive"}


def _flag(value: bool) -> str:
    return "true" if value else "false"
