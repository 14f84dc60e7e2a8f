"""Imports and exports of files. The training department has some kinds, and what it has uploaded itself."""

from tests.authorisation.callers import admin, training
from tests.authorisation.row import row

_FILE = b"username,full_name\nsomebody,New\n"
IMPORTING = (
    row("GET /admin/imports", training(200)),
    row("GET /admin/imports/kinds", training(200)),
    row("GET /admin/imports/kinds/{kind}/template.csv", training(200)),
    row("GET /admin/imports/kinds/{kind}/template.xlsx", training(200)),
    row("GET /admin/imports/kinds/{other_kind}/template.csv", admin(200)),
    row("GET /admin/exports/{kind}/rows.csv", training(200)),
    row("GET /admin/exports/{kind}/rows.xlsx", training(200)),
    row("GET /admin/exports/{other_kind}/rows.csv", admin(200)),
    row("POST /admin/imports", training(202), form={"kind": "users", "file": _FILE}),
    row("POST /admin/imports", admin(202), form={"kind": "stations", "file": _FILE}),
    row("POST /admin/imports", training(404), form={"kind": "nothing", "file": _FILE}),
    row("GET /admin/imports/{checked_import}", training(200)),
    row("GET /admin/imports/{other_import}", admin(200)),
    row("POST /admin/imports/{checked_import}/apply", admin(202)),
    row("POST /admin/imports/{applied_import}/apply", admin(409)),
    row("POST /admin/imports/{applied_import}/undo", admin(202)),
    row("POST /admin/imports/{checked_import}/undo", admin(409)),
    row("POST /admin/imports/{training_import}/apply", training(202)),
)
