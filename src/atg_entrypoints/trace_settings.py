"""The variables of OpenTelemetry, which its SDK reads itself, from the environment alone."""

import os

from atg_entrypoints.environment import all_variables
from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.settings_checks import SettingsError

_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_ENDPOINT = "otel_exporter_otlp_endpoint"


def wants_traces(settings: Settings) -> bool:
    """Whether the variables want traces; those of the `.env` file are put into the environment.

    Raises SettingsError for a protocol that we do not speak.
    """
    given = {name: value for name, value in all_variables().items() if name.startswith("OTEL_") and value}
    for name, value in {**given, variable_of(_ENDPOINT): getattr(settings, _ENDPOINT)}.items():
        os.environ.setdefault(name, value)
    for name in _PROTOCOLS:
        if given.get(name, "http/protobuf") != "http/protobuf":
            raise SettingsError(f"{name}: traces are sent by http/protobuf alone")
    return given.get("OTEL_SDK_DISABLED", "").lower() != "true" and given.get("OTEL_TRACES_EXPORTER", "otlp") != "none"
