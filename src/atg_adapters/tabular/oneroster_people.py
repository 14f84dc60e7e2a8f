"""The people of a OneRoster bundle: who they are here, their roles and their emails."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from atg_adapters.tabular.oneroster_records import Files, Record, flag, is_active
from atg_core.identity.accounts import USERNAME_LENGTH
from atg_core.identity.model import Role
from atg_core.importing.cells import fitted
from atg_core.importing.rosters import Known
from atg_core.text import fold

_ROLES = {
    "student": Role.STUDENT,
    "teacher": Role.TEACHER,
    "aide": Role.TEACHER,
    "administrator": Role.USER,
    "siteadministrator": Role.USER,
    "districtadministrator": Role.USER,
    "systemadministrator": Role.USER,
    "principal": Role.USER,
    "counselor": Role.USER,
    "proctor": Role.USER,
}
_EMPLOYEE_ID_LENGTH = 50

type Cells = dict[str, str]
type Rows = Iterator[tuple[int, Cells]]


@dataclass(slots=True)
class People:
    """The users of a bundle; read once for `known`, and again for each kind of rows.

    `ignored`: users without a place here; `notes`: what people should know, in sentences; both complete after reading.
    """

    files: Files
    known: Known
    ignored: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)
    """Emails of those who do not sign in with them, by username."""
    _username_of: dict[str, str] = field(default_factory=dict)
    _role_of: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for _, record in self.files.records("roles"):  # 1.2: the primary role, else the first
            sourced_id = record["usersourcedid"]
            if is_active(record) and (record["roletype"] == "primary" or sourced_id not in self._role_of):
                self._role_of[sourced_id] = record
        emails: defaultdict[str, list[str]] = defaultdict(list)
        email_of: dict[str, str] = {}
        for _, user in self.files.records("users"):
            username = self._named(user)
            if self._stays(user, username):
                email_of[username] = fold(user["email"])
                emails[email_of[username]].append(username)
        for email, names in emails.items():
            if email:
                self._share(email, names, email_of)

    def username_of(self, sourced_id: str) -> str | None:
        """The username of somebody in the bundle, or here."""
        return self._username_of.get(sourced_id) or self.known.username_of.get(sourced_id)

    def rows(self) -> Rows:
        """Those who are there, also new ones."""
        orgs = {record["sourcedid"]: record["name"] for _, record in self.files.records("orgs")}
        for line, user in self.files.records("users"):
            username = self._named(user)
            if not self._is_taken(user, username):
                self.ignored[f"users who are {self._role_in(user) or 'of no role'}"] += 1
            elif not self._leaves(user, username):
                yield line, self._cells(user, username, orgs)

    def leavers(self) -> Rows:
        """Those who are here and leave: their accounts are deactivated, whatever else their records say or lack."""
        for line, user in self.files.records("users"):
            username = self._named(user)
            if self._leaves(user, username):
                yield line, {"username": username, "is_active": "false"}

    def roles(self) -> Rows:
        """New roles of those who are here and whose users are not repeated."""
        for line, record in self.files.records("roles"):
            sourced_id, role = record["usersourcedid"], record["role"].lower()
            if self._has_role_alone(sourced_id) and record == self._role_of[sourced_id] and role in _ROLES:
                yield line, {"username": self.known.username_of[sourced_id], "role": _ROLES[role]}

    @property
    def have_new_roles(self) -> bool:
        return any(map(self._has_role_alone, self._role_of))

    def _has_role_alone(self, sourced_id: str) -> bool:
        is_here = sourced_id in self._role_of and sourced_id in self.known.username_of
        return is_here and sourced_id not in self._username_of

    def contacts(self) -> Rows:
        """Emails that others sign in with."""
        for line, user in self.files.records("users"):
            username = self._named(user)
            if username in self.shared and self._stays(user, username):
                yield line, {"username": username, "email": user["email"]}

    def _named(self, user: Record) -> str:
        given = fitted(user["username"], USERNAME_LENGTH)
        return given or self.known.username_of.get(user["sourcedid"], "")

    def _role_in(self, user: Record) -> str:
        return user["role"] or self._role_of.get(user["sourcedid"], user)["role"]

    def _is_taken(self, user: Record, username: str) -> bool:
        """Whether the user has a place here; who is here already may come without a role."""
        role = self._role_in(user).lower()
        taken = role in _ROLES or (not role and username in self.known.usernames)
        if taken:
            self._username_of[user["sourcedid"]] = username
        return taken

    def _leaves(self, user: Record, username: str) -> bool:
        return not is_active(user) and username in self.known.usernames and self._is_taken(user, username)

    def _stays(self, user: Record, username: str) -> bool:
        return self._is_taken(user, username) and not self._leaves(user, username)

    def _share(self, email: str, names: list[str], email_of: dict[str, str]) -> None:
        """The one who signs in with the email now, unless they get another one, else the first in the file."""
        holder = self.known.emails.get(email)
        if holder is None or email_of.get(holder, email) != email:
            holder = names[0]
        others = [name for name in names if name != holder]
        self.shared |= dict.fromkeys(others, email)
        if others:
            self.notes.append(
                f"{email} is shared by {', '.join([holder, *others])}: {holder} signs in with it,"
                " the others have it in their profiles"
            )

    def _cells(self, user: Record, username: str, orgs: dict[str, str]) -> Cells:
        role = self._role_in(user).lower()
        of_user = self._role_of.get(user["sourcedid"], user)
        org = user["primaryorgsourcedid"] or of_user["orgsourcedid"] or user["orgsourcedids"]
        names = (user[part] for part in ("familyname", "givenname", "middlename"))
        number = fitted(user["identifier"], _EMPLOYEE_ID_LENGTH)
        for whole, cut in ((user["username"], username), (user["identifier"], number)):
            if whole and cut != whole:
                self.notes.append(f"{whole} is longer than 50 characters: here it is {cut}")
        return {
            "username": username,
            "full_name": " ".join(filter(None, names)),
            "email": "" if username in self.shared else user["email"],
            "role": _ROLES[role] if role else "",
            "is_active": flag(is_active(user) and user["enableduser"].lower() != "false"),
            "employee_id": number,
            "department": orgs.get(org.split(",")[0].strip(), ""),
            "phone": user["phone"] or user["sms"],
            "sourced_id": user["sourcedid"],
        }
