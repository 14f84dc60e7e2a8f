"""Options of questions, of tests and of banks, on SQL."""

from collections.abc import Sequence

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.tests import test_options
from atg_core.catalog.curriculum_ports import OptionInput


async def write_options(connection: Connection, question_id: int, options: Sequence[OptionInput]) -> None:
    """Replaces the options of a question; those with an id are updated in place."""
    kept = [option.id for option in options if option.id is not None]
    mine = test_options.c.question_id == question_id
    await connection.execute(sa.delete(test_options).where(mine, test_options.c.id.not_in(kept)))
    for order, option in enumerate(options, start=1):
        values = {"text": option.text, "is_correct": option.is_correct, "order_index": order}
        if option.id is None:
            await connection.execute(sa.insert(test_options), {**values, "question_id": question_id})
        else:
            this = test_options.c.id == option.id
            await connection.execute(sa.update(test_options).where(this).values(values))
