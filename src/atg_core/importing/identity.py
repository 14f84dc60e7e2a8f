"""The kind of users, with their profiles."""

from atg_core.identity.model import Origin, Role
from atg_core.importing.cells import choice, code, email, name, password, password_hash
from atg_core.importing.declarations import ACTIVE, CODE, SOURCED_ID, column
from atg_core.importing.model import Kind, Reference, Unique

_NAME = name(255)

USERS = Kind(
    name="users",
    table="users",
    key=("username",),
    uuid=True,
    profile_table="user_profiles",
    constants={"origin": Origin.IMPORT},
    hidden=("email_verified_at", "rehash_digest"),
    has_accounts=True,
    affects_obligations=True,
    references=(Reference(headers=("station",), targets={"stations": "station_id"}, required=False, in_profile=True),),
    unique=(
        Unique(fields=("username",), ignores_case=True),
        Unique(fields=("email",), ignores_case=True, vacated={"email": None}),
        *(Unique(fields=(name,), vacated={name: None}) for name in ("employee_id", "sourced_id")),
    ),
    columns=(
        column("username", code(50), required=True, folded=True),
        column("email", email, also_in_profile=True, folded=True),
        column("full_name", _NAME, also_in_profile=True, folded=True),
        column("role", choice(Role), default=Role.USER),
        column("password", password, field="password_hash", secret=True, kept_when_empty=True),
        column("password_hash", password_hash, kept_when_empty=True),
        ACTIVE,
        column("employee_id", CODE, in_profile=True, folded=True),
        column("sourced_id", SOURCED_ID, in_profile=True),
        column("position", _NAME, in_profile=True),
        column("department", _NAME, in_profile=True, folded=True),
        column("company", _NAME, in_profile=True),
        column("phone", CODE, in_profile=True),
        column("language", code(10), default="ru", in_profile=True),
    ),
)
