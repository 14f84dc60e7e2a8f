"""The whole table."""

from tests.authorisation.row import Row
from tests.authorisation.rows_of_campaigns import CAMPAIGNS
from tests.authorisation.rows_of_catalog import CATALOG
from tests.authorisation.rows_of_children import CHILDREN
from tests.authorisation.rows_of_files import FILES
from tests.authorisation.rows_of_homework import GRADEBOOK, HOMEWORK
from tests.authorisation.rows_of_identity import IDENTITY, OPERATION
from tests.authorisation.rows_of_learning import LEARNING
from tests.authorisation.rows_of_schedule import CONFERENCING, SCHEDULE
from tests.authorisation.rows_of_store import STORE

TABLE: dict[str, tuple[Row, ...]] = {
    "operation": OPERATION,
    "identity": IDENTITY,
    "catalog": CATALOG,
    "learning": LEARNING,
    "files": FILES,
    "campaigns": CAMPAIGNS,
    "store": STORE,
    "schedule": SCHEDULE,
    "conferencing": CONFERENCING,
    "homework": HOMEWORK,
    "gradebook": GRADEBOOK,
    "children": CHILDREN,
}
"""By context; `operation` is what every process has, `children` are bodies that name what belongs elsewhere."""

ROWS = [row for rows in TABLE.values() for row in rows]
