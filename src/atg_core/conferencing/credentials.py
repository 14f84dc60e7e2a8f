"""Which credentials each provider of meetings needs (spec: schedule, The pool)."""

from collections.abc import Mapping
from dataclasses import dataclass

from atg_core.conferencing.model import Credentials, ProviderName
from atg_core.errors import Faults, Invalid
from atg_core.links import checked_link

LONGEST_SECRET, LONGEST_URL = 255, 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """A field of the credentials of a provider."""

    name: str
    is_url: bool = False
    is_required: bool = True


FIELDS: Mapping[ProviderName, tuple[CredentialField, ...]] = {
    ProviderName.ZOOM: tuple(CredentialField(name=name) for name in ("account_id", "client_id", "client_secret")),
    ProviderName.LINK: (
        CredentialField(name="url", is_url=True),
        CredentialField(name="start_url", is_url=True, is_required=False),
    ),
    ProviderName.LOCAL: (),
}
"""Of `link` the address of the room, and that by which its teacher enters, if it is another one."""


def require_credentials(provider: ProviderName, given: Mapping[str, str] | None) -> None:
    """Raises Invalid where none are given of those that the provider needs."""
    if given is None and any(field.is_required for field in FIELDS[provider]):
        raise Invalid("is required", field="credentials", code="required")


def checked_credentials(provider: ProviderName, given: Mapping[str, str]) -> Credentials | None:
    """What the provider needs; None where it needs nothing.

    Raises Invalid for each field that is missing, is malformed, or is none of the provider.
    """
    fields, faults = {field.name: field for field in FIELDS[provider]}, Faults()
    values: dict[str, str] = {}
    for name in given:
        with faults:
            if name not in fields:
                allowed = list(fields)
                raise Invalid("must be one of: {allowed}", field=f"credentials.{name}", code="one_of", allowed=allowed)
    for name, field in fields.items():
        with faults:
            if value := _checked(field, given.get(name) or ""):
                values[name] = value
    faults.raise_any()
    return Credentials(**values) if values else None


def are_complete(provider: ProviderName, credentials: Credentials) -> bool:
    """Whether they have each field that the provider needs."""
    return all(credentials.get(field.name) for field in FIELDS[provider] if field.is_required)


def _checked(field: CredentialField, value: str) -> str | None:
    path, longest = f"credentials.{field.name}", LONGEST_URL if field.is_url else LONGEST_SECRET
    if not value and field.is_required:
        raise Invalid("is required", field=path, code="required")
    if len(value) > longest:
        raise Invalid("has {max} characters at most", field=path, code="too_long", max=longest)
    return checked_link(value, path) if field.is_url else value
