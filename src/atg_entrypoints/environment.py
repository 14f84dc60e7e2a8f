"""Settings from the environment and the `.env` file."""

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, get_origin

from dotenv import dotenv_values
from msgspec import ValidationError, convert
from msgspec.structs import fields

from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.settings_checks import SettingsError, check
from atg_entrypoints.value_faults import faults_of
from atg_entrypoints.variable_names import OTHER_NAMES

_LISTS = [field.name for field in fields(Settings) if get_origin(field.type) is list]
_MAY_BE_EMPTY = ("enter_roles",)
"""Lists that are empty if their variable is; every other empty variable counts as absent."""
_FORMER_CONTEXTS = {"store": "shop"}


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: str | Path = ".env") -> Settings:
    """Settings of the environment, which override the `.env` file.

    In development a missing secret key is generated and stored in the home folder. Raises SettingsError.
    """
    values = all_variables(environment, dotenv)
    named = {name: _value_of(name, values) for name in Settings.__struct_fields__}
    given = {name: value for name, value in named.items() if value or (value == "" and name in _MAY_BE_EMPTY)}
    settings = _typed(given)
    if settings.env == "development" and not settings.secret_key:
        settings = _typed({**given, "secret_key": _kept_secret(settings.home_path)})
    check(settings)
    if not settings.database_url:
        _make_home(settings.home_path)
        _keep_private(settings)
    return settings


def all_variables(
    environment: Mapping[str, str] | None = None, dotenv: str | Path = ".env"
) -> Mapping[str, str | None]:
    """Those of the `.env` file and, before them, of the environment."""
    return {**_of_file(dotenv), **(os.environ if environment is None else environment)}


def _value_of(name: str, values: Mapping[str, str | None]) -> str | None:
    """An empty variable of ours is one that is absent, as everywhere."""
    value = values.get(variable_of(name))
    return value if value or name not in OTHER_NAMES else values.get(OTHER_NAMES[name])


def _of_file(dotenv: str | Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv)
    except UnicodeDecodeError:
        raise SettingsError(f"{dotenv}: not UTF-8 text") from None


def _typed(given: Mapping[str, str]) -> Settings:
    typed: dict[str, Any] = dict(given)
    for name in _LISTS:
        if name in given:
            typed[name] = [part.strip() for part in given[name].split(",") if part.strip()]
    if "contexts" in given:
        typed["contexts"] = [_FORMER_CONTEXTS.get(context, context) for context in typed["contexts"]]
    try:
        return convert(typed, Settings, strict=False)
    except ValidationError:
        wrong = {fault.field.partition("[")[0]: str(fault) for fault in faults_of(typed, Settings, "")}
        raise SettingsError("; ".join(f"{variable_of(name)}: {fault}" for name, fault in wrong.items())) from None


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"ATG_HOME: {home}: {error.strerror}") from None


def _keep_private(settings: Settings) -> None:
    """What lies in the home folder is for its owner alone, also where the folder itself is open to others.

    Only what we put there: the folder may hold other things. nginx reads the files itself where it was told to.
    """
    home, modes = settings.home_path, {"secret.key": 0o600, "atg.db": 0o600, "outbox": 0o700, "metrics": 0o700}
    try:
        (home / "atg.db").touch(mode=0o600)  # SQLite gives its other files the same mode
        if not (settings.accel_redirect or settings.s3_endpoint):
            modes["files"] = 0o700
            (home / "files").mkdir(mode=0o700, exist_ok=True)
        for path, mode in ((home / name, mode) for name, mode in modes.items()):
            if path.exists() and path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o077:
                path.chmod(mode)
    except OSError as error:
        raise SettingsError(f"ATG_HOME: {home}: {error.strerror}") from None


def _kept_secret(home: Path) -> str:
    _make_home(home)
    path = home / "secret.key"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
