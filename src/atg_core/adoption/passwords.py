"""What an existing database keeps as the hash of a password, which may be the password itself."""

import re
from enum import Enum

_OURS = re.compile(r"\$argon2(?:id|i|d)\$[!-~]+|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_FOREIGN = re.compile(
    r"\$[a-z0-9-]{1,20}\$.+"  # crypt(3)
    r"|(?:pbkdf2|scrypt|bcrypt|sha1|sha224|sha256|sha384|sha512|md5)[a-z0-9_]*[$:].+"  # Django, Werkzeug
    r"|\{[A-Z0-9-]{3,16}\}.+"  # LDAP
    r"|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}"  # a digest
)


class Stored(Enum):
    """`FOREIGN`: a hash of a kind that is not checked here. Hashed once more, it would be a password for its thief."""

    NOTHING, HASH, FOREIGN, PLAIN = range(4)


def kind_of(stored: str | None) -> Stored:
    if not stored:
        return Stored.NOTHING
    if _OURS.fullmatch(stored):
        return Stored.HASH
    return Stored.FOREIGN if _FOREIGN.fullmatch(stored) else Stored.PLAIN
