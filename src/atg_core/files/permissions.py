"""Permissions to read and to upload, by key prefix (spec: files, Keys and rights)."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from atg_core.errors import Forbidden, NotSignedIn
from atg_core.files.model import Principal, Reader, ShopCustomer
from atg_core.files.ports import FileNotFound, FileRecords, SoldFiles

_SHOP = "shop/"

type Rule = Callable[[Principal, Collection[str]], Awaitable[set[str]]]
"""Returns those of the keys that the principal may read."""

type OpenRule = Callable[[Reader, Collection[str]], Awaitable[set[str]]]
"""The same for keys that some may read without an account."""


async def allow_authors(principal: Principal, keys: Collection[str]) -> set[str]:
    return set(keys) if principal.author else set()


async def allow_everyone(_: Principal, keys: Collection[str]) -> set[str]:
    return set(keys)


def own_folder(principal: Principal) -> str:
    """The prefix of a teacher's folder."""
    return _folder(principal.id)


def _folder(teacher_id: UUID) -> str:
    return f"teachers/{teacher_id}/"


def _teacher_of(key: str) -> UUID | None:
    """The teacher whose folder the key is in, None for any other key, also of a similar spelling."""
    try:
        teacher_id = UUID(key.split("/")[1])
    except ValueError:
        return None
    return teacher_id if key.startswith(_folder(teacher_id)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPermissions:
    """Read permissions. `rules`, `open_rules`: by reserved prefix; other keys are for everyone who has an account.

    Reserved prefixes match case-insensitively, since some file systems are case-insensitive.

    `require_enrollment`: files of topics need an enrollment in one of their courses.
    """

    file_records: FileRecords
    public_prefixes: tuple[str, ...]
    rules: Mapping[str, Rule]
    open_rules: Mapping[str, OpenRule]
    require_enrollment: bool = False

    async def require(self, reader: Reader, key: str) -> None:
        """Raises NotSignedIn, or FileNotFound without permission, so that keys can not be probed."""
        if await self.readable(reader, [key]):
            return
        if reader is None:
            raise NotSignedIn
        raise FileNotFound

    async def readable(self, reader: Reader, keys: Collection[str]) -> set[str]:
        """Those of the keys that one may read; one statement per rule at most, and one for enrollments."""
        readable = {key for key in keys if key.startswith(self.public_prefixes)}
        others = set(keys) - readable
        for prefix, open_rule in self.open_rules.items():
            reserved = {key for key in others if key.casefold().startswith(prefix)}
            if reserved:
                readable |= await open_rule(reader, reserved)
            others -= reserved
        if not isinstance(reader, Principal):
            return readable
        for prefix, rule in self.rules.items():
            reserved = {key for key in others if key.casefold().startswith(prefix)}
            if reserved:
                readable |= await rule(reader, reserved)
            others -= reserved
        if self.require_enrollment and others and not (reader.author or reader.reviewer):
            others -= await self.file_records.not_enrolled_for(reader.id, others)
        return readable | others


@dataclass(frozen=True, slots=True)
class AllowBuyers:
    """The rule of `shop/`: readable by customers with access, and by who sells it; what is free by anyone."""

    sold_files: SoldFiles

    async def __call__(self, reader: Reader, keys: Collection[str]) -> set[str]:
        if isinstance(reader, Principal) and (reader.admin or reader.seller):
            return set(keys)
        return await self.sold_files.readable(reader.id if isinstance(reader, ShopCustomer) else None, keys)


@dataclass(frozen=True, slots=True)
class AllowUploader:
    """The rule of `incoming/`: readable by the uploader."""

    file_records: FileRecords

    async def __call__(self, principal: Principal, keys: Collection[str]) -> set[str]:
        uploaders = await self.file_records.uploaders(keys)
        return {key for key in keys if principal.admin or uploaders.get(key) == principal.id}


@dataclass(frozen=True, slots=True)
class AllowLessonGroup:
    """The rule of `recordings/`: readable by the teacher of the lesson and the students of its group.

    Keys without a record are readable by administrators only.
    """

    file_records: FileRecords

    async def __call__(self, principal: Principal, keys: Collection[str]) -> set[str]:
        return set(keys) if principal.admin else await self.file_records.recordings_for(principal.id, keys)


@dataclass(frozen=True, slots=True)
class AllowTeacherAndStudents:
    """The rule of `teachers/`: a folder is readable by its teacher and the students of their groups."""

    file_records: FileRecords

    async def __call__(self, principal: Principal, keys: Collection[str]) -> set[str]:
        if principal.admin:
            return set(keys)
        owners = {key: teacher_id for key in keys if (teacher_id := _teacher_of(key))}
        known = {principal.id} if principal.teacher else set()
        if others := set(owners.values()) - known:
            known |= await self.file_records.teachers_of(principal.id, others)
        return {key for key, teacher_id in owners.items() if teacher_id in known}


def require_may_upload(principal: Principal, key: str) -> None:
    """Authors may upload anywhere, teachers in their own folder, sellers below `shop/`. Raises Forbidden."""
    if principal.author or (principal.teacher and key.startswith(own_folder(principal))):
        return
    if principal.seller and key.startswith(_SHOP):
        return
    raise Forbidden
