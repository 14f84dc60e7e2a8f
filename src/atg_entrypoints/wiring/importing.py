"""Import and export."""

from functools import partial

from dependency_injector import providers

from atg_adapters.filesystem.download import download
from atg_adapters.passwords.hashing import CORES, PwdlibPasswords
from atg_adapters.sql.importing.accounts import SqlImportedAccounts
from atg_adapters.sql.importing.change_recorder import SqlChangeRecorder
from atg_adapters.sql.importing.export_reader import SqlExportReader
from atg_adapters.sql.importing.import_store import SqlImportStore
from atg_adapters.sql.importing.imports import SqlImportQueries, SqlImports
from atg_adapters.tabular.opening import open_tables_in_thread
from atg_core.importing.export import ExportKind
from atg_core.importing.import_files import ImportFiles
from atg_core.importing.import_jobs import RunImports
from atg_core.importing.ordering import OrderImports
from atg_core.importing.passwords import HashImportedPassword
from atg_core.importing.rosters import ListKnown
from atg_core.learning.model import Scope
from atg_entrypoints.wiring.files import Files
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
    update_all_completion = providers.Singleton(partial, Learning.update_completion, Scope())
    import_files = use_case(
        ImportFiles,
        open=open_import_store,
        keep_obligations=Learning.keep_obligations.provided.everybody,
        known_names=Learning.callers,
        update_completion=update_all_completion,
    )
    open_imports = unit_of_work(SqlImports)
    open_change_recorder = unit_of_work(SqlChangeRecorder)
    import_queries = reading(SqlImportQueries)
    order_imports = use_case(OrderImports, open=open_imports, imported_files=Files.object_store)
    run_imports = use_case(
        RunImports,
        open=open_imports,
        update_completion=update_all_completion,
        open_tables=providers.Object(open_tables_in_thread),
        copy_file=providers.Singleton(partial, download, Files.object_store),
        imported_files=Files.object_store,
    )
