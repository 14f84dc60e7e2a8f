"""Who may read and who may upload under which key (spec: files, Keys and rights)."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from atg_core.errors import Forbidden, NotSignedIn
from atg_core.files.model import Visitor
from atg_core.files.ports import FileNotFound, FileRecords

type Rule = Callable[[Visitor, Collection[str]], Awaitable[set[str]]]
"""Which of the keys a visitor may read."""


async def for_authors(visitor: Visitor, keys: Collection[str]) -> set[str]:
    return set(keys) if visitor.author else set()


async def for_administrators(visitor: Visitor, keys: Collection[str]) -> set[str]:
    return set(keys) if visitor.admin else set()


async def for_everyone(_: Visitor, keys: Collection[str]) -> set[str]:
    return set(keys)


def own_folder(visitor: Visitor) -> str:
    """Where a teacher's files are."""
    return _folder(visitor.id)


def _folder(teacher_id: UUID) -> str:
    return f"teachers/{teacher_id}/"


def _teacher_of(key: str) -> UUID | None:
    """Whose folder the key is in; None for what is in nobody's, however near its name comes."""
    try:
        teacher_id = UUID(key.split("/")[1])
    except ValueError:
        return None
    return teacher_id if key.startswith(_folder(teacher_id)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRights:
    """`rules`: of the reserved prefixes; the other keys are for everyone who is signed in.

    Reserved prefixes are compared without regard to case, since some file systems do not regard it either.

    `require_enrollment`: topics' files are for those alone who are enrolled in a course of theirs.
    """

    records: FileRecords
    public_prefixes: tuple[str, ...]
    rules: Mapping[str, Rule]
    require_enrollment: bool = False

    async def require(self, visitor: Visitor | None, key: str) -> None:
        """Raises NotSignedIn, and FileNotFound where the visitor may not read, so that keys can not be probed."""
        if await self.readable(visitor, [key]):
            return
        if visitor is None:
            raise NotSignedIn
        raise FileNotFound

    async def readable(self, visitor: Visitor | None, keys: Collection[str]) -> set[str]:
        """Which of the keys the visitor may read; at most one statement for a rule, and one for enrollments, however
        many keys there are."""
        readable = {key for key in keys if key.startswith(self.public_prefixes)}
        if visitor is None:
            return readable
        others = set(keys) - readable
        for prefix, rule in self.rules.items():
            reserved = {key for key in others if key.casefold().startswith(prefix)}
            if reserved:
                readable |= await rule(visitor, reserved)
            others -= reserved
        if self.require_enrollment and others and not visitor.author:
            others -= await self.records.closed_to(visitor.id, others)
        return readable | others


@dataclass(frozen=True, slots=True)
class ForUploaders:
    """The rule of `incoming/`: who uploaded may read."""

    records: FileRecords

    async def __call__(self, visitor: Visitor, keys: Collection[str]) -> set[str]:
        uploaders = await self.records.uploaders(keys)
        return {key for key in keys if visitor.admin or uploaders.get(key) == visitor.id}


@dataclass(frozen=True, slots=True)
class ForTheGroup:
    """The rule of `recordings/`: the teacher of the lesson and the students of its group may read.

    What no record names is for administrators.
    """

    records: FileRecords

    async def __call__(self, visitor: Visitor, keys: Collection[str]) -> set[str]:
        return set(keys) if visitor.admin else await self.records.recordings_for(visitor.id, keys)


@dataclass(frozen=True, slots=True)
class ForTheirStudents:
    """The rule of `teachers/`: in a teacher's folder, the teacher and the students of their groups may read."""

    records: FileRecords

    async def __call__(self, visitor: Visitor, keys: Collection[str]) -> set[str]:
        if visitor.admin:
            return set(keys)
        owners = {key: teacher_id for key in keys if (teacher_id := _teacher_of(key))}
        known = {visitor.id} if visitor.teacher else set()
        if others := set(owners.values()) - known:
            known |= await self.records.teachers_of(visitor.id, others)
        return {key for key, teacher_id in owners.items() if teacher_id in known}


def require_may_upload(visitor: Visitor, key: str) -> None:
    """Instructors and admins anywhere, a teacher in their own folder. Raises Forbidden."""
    if visitor.author or (visitor.teacher and key.startswith(own_folder(visitor))):
        return
    raise Forbidden
