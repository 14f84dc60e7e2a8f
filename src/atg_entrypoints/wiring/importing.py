"""Import and export."""

from functools import partial

from dependency_injector import providers

from atg_adapters.passwords.hashing import CORES, HashedPasswords
from atg_adapters.sql.database import Database
from atg_adapters.sql.exporting import SqlExport
from atg_adapters.sql.importing import SqlImport
from atg_core.importing.exporting import ExportKind
from atg_core.importing.run import ImportFiles
from atg_core.learning.model import Scope
from atg_entrypoints.wiring.learning import Learning
from atg_entrypoints.wiring.shared import Shared


class Importing(Learning):
    export_reader = providers.Singleton(SqlExport, Shared.database)
    export_kind = providers.Singleton(ExportKind, reader=export_reader)
    open_import = providers.Singleton(Database.opening, Shared.database, SqlImport)
    import_files = providers.Singleton(
        ImportFiles,
        together=Shared.database.provided.shared_transaction,
        open=open_import,
        settle=providers.Singleton(partial, Learning.settle, Scope()),
        passwords=providers.Singleton(HashedPasswords, CORES),
        clock=Shared.clock,
    )
