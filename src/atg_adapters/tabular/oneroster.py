"""OneRoster 1.1 and 1.2 CSV bundles (1EdTech), bulk and delta, as sources of an import.

users → users; orgs → their departments; classes → courses; enrollments of students → enrollments. Other records are
ignored and counted. Deleted users and courses are deactivated, deleted enrollments are ignored.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from atg_adapters.tabular.oneroster_people import Cells, People, Rows
from atg_adapters.tabular.oneroster_records import NEEDED, Files, files_in, flag, is_active
from atg_core.importing.catalog import COURSES
from atg_core.importing.cells import fitted
from atg_core.importing.identity import USERS
from atg_core.importing.learning import ENROLLMENTS
from atg_core.importing.model import Kind
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.records import Row
from atg_core.importing.rosters import CONTACTS, PEOPLE, Known

_MAX_UNPACKED_BYTES = 4 * 1024**3
_CODE_LENGTH = 50
_USED = {"manifest", *NEEDED}
_HOLDING = ("users", "classes", "enrollments", "roles")

_NOTHING = Known()


@dataclass(slots=True)
class Bundle:
    """A bundle whose files are in `folder`.

    `ignored`: records without a counterpart; `notes`: what people should know, in sentences; both complete after
    reading.
    """

    name: str
    folder: Path
    ignored: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def sources(self, known: Known = _NOTHING) -> Iterator[Source]:
        """In the order of their references; files are read lazily. Raises UnusableFile."""
        files = files_in(self.folder)
        for name in files.paths.keys() - _USED:
            self.ignored[f"rows of {files.paths[name].name}"] += sum(1 for _ in files.records(name))
        if not any(map(files.has, _HOLDING)):
            raise UnusableFile(f"{self.name}: holds no users.csv, and nothing else that is imported")
        people = People(files, known, self.ignored, self.notes)
        if files.has("users"):
            yield self._source(
                "users",
                PEOPLE,
                people.rows(),
                "username full_name email role is_active employee_id department phone sourced_id",
            )
            yield self._source("users", USERS, people.leavers(), "username is_active")
        if people.have_new_roles:
            yield self._source("roles", USERS, people.roles(), "username role")
        if people.shared:
            yield self._source("users", CONTACTS, people.contacts(), "username email", of=" (shared emails)")
        if files.has("classes"):
            yield self._source("classes", COURSES, self._courses(files, known), "code title is_active sourced_id")
            yield self._source("classes", COURSES, self._closed(files, known), "code is_active")
        if files.has("enrollments"):
            rows = self._enrollments(files, people)
            yield self._source("enrollments", ENROLLMENTS, rows, "username course enrolled_at")

    def _source(self, name: str, kind: Kind, rows: Rows, headers: str, *, of: str = "") -> Source:
        found = (Row(line=line, cells=cells) for line, cells in rows)
        return Source(file=f"{self.name}/{name}.csv{of}", kind=kind, headers=headers.split(), rows=found)

    def _courses(self, files: Files, known: Known) -> Rows:
        for line, record in files.records("classes"):
            code = fitted(record["sourcedid"], _CODE_LENGTH)
            if is_active(record) or (code not in known.courses and record["title"]):
                if code != record["sourcedid"]:
                    self.notes.append(f"{record['sourcedid']} is longer than 50 characters: here it is {code}")
                cells = {"code": code, "title": record["title"], "is_active": flag(is_active(record))}
                yield line, {**cells, "sourced_id": record["sourcedid"]}
            elif code not in known.courses:
                self.ignored["deleted classes that are not here"] += 1

    def _closed(self, files: Files, known: Known) -> Rows:
        """Deleted classes that are here: their records may lack everything else."""
        for line, record in files.records("classes"):
            code = fitted(record["sourcedid"], _CODE_LENGTH)
            if not is_active(record) and code in known.courses:
                yield line, {"code": code, "is_active": "false"}

    def _enrollments(self, files: Files, people: People) -> Rows:
        """Each pair once, since the first of its days."""
        first = self._first_days(files)
        told: set[tuple[str, str]] = set()
        for line, record in files.records("enrollments"):
            username = people.username_of(record["usersourcedid"])
            pair = record["usersourcedid"], record["classsourcedid"]
            if record["role"].lower() != "student":
                self.ignored[f"enrollments as {record['role'] or 'nothing'}"] += 1
            elif not is_active(record):
                self.ignored["enrollments that were deleted"] += 1
            elif username is None:
                self.ignored["enrollments of users who are not there"] += 1
            elif pair in told:
                self.ignored["enrollments that repeat another one"] += 1
            else:
                if pair in first:
                    told.add(pair)
                cells: Cells = {"username": username, "course": fitted(record["classsourcedid"], _CODE_LENGTH)}
                yield line, {**cells, "enrolled_at": first.get(pair, record["begindate"])}

    def _first_days(self, files: Files) -> dict[tuple[str, str], str]:
        """The first days of pairs that are repeated. The others are kept as hashes alone."""
        seen: set[int] = set()
        repeated: set[int] = set()
        for _, record in files.records("enrollments"):
            hashed = hash((record["usersourcedid"], record["classsourcedid"]))
            (repeated if hashed in seen else seen).add(hashed)
        first: dict[tuple[str, str], str] = {}
        for _, record in files.records("enrollments") if repeated else ():
            pair = record["usersourcedid"], record["classsourcedid"]
            if hash(pair) in repeated and record["role"].lower() == "student" and is_active(record):
                days = [day for day in (first.get(pair), record["begindate"]) if day]
                first[pair] = min(days, default="")
        return first


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """A bundle in a folder or a ZIP file, which is unpacked temporarily. Raises UnusableFile."""
    if path.is_dir():
        yield Bundle(str(path), path)
        return
    with TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        yield Bundle(str(path), Path(folder))


def _unpack(path: Path, folder: Path) -> None:
    """Extracts CSV files only, by their base names, so that no path leaves the folder."""
    try:
        with ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _is_table(member.filename)]
            if sum(member.file_size for member in members) > _MAX_UNPACKED_BYTES:
                raise UnusableFile(f"{path}: unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
            for member in members:
                name = member.filename.replace("\\", "/").rpartition("/")[2]
                with archive.open(member) as packed, (folder / name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        raise UnusableFile(f"{path}: is no folder and no ZIP file that can be read") from error
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error


def _is_table(name: str) -> bool:
    """Archives made on macOS have a file `._NAME` with attributes beside each."""
    return name.lower().endswith(".csv") and not name.rpartition("/")[2].startswith("._")
