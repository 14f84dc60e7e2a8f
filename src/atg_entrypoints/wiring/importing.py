"""Import and export."""

from functools import partial

from dependency_injector import providers

from atg_adapters.passwords.hashing import CORES, PwdlibPasswords
from atg_adapters.sql.importing.accounts import SqlImportedAccounts
from atg_adapters.sql.importing.export_reader import SqlExportReader
from atg_adapters.sql.importing.import_store import SqlImportStore
from atg_core.importing.export import ExportKind
from atg_core.importing.import_files import ImportFiles
from atg_core.importing.passwords import HashImportedPassword
from atg_core.importing.rosters import ListKnown
from atg_core.learning.model import Scope
from atg_entrypoints.wiring.learning import Learning
from atg_entrypoints.wiring.shared import reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


class Importing(Learning):
    export_reader = reading(SqlExportReader)
    export_kind = use_case(ExportKind, reader=export_reader)
    list_known = use_case(ListKnown)
    open_import_store = unit_of_work(SqlImportStore)
    open_imported_accounts = unit_of_work(SqlImportedAccounts)
    hash_imported_password = use_case(HashImportedPassword, passwords=providers.Singleton(PwdlibPasswords, CORES))
    import_files = use_case(
        ImportFiles,
        open=open_import_store,
        update_completion=providers.Singleton(partial, Learning.update_completion, Scope()),
    )
