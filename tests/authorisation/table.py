"""The authorisation table of all routes."""

from tests.authorisation.row import Row
from tests.authorisation.rows_of_campaigns import CAMPAIGNS
from tests.authorisation.rows_of_catalog import CATALOG
from tests.authorisation.rows_of_children import CHILDREN
from tests.authorisation.rows_of_files import FILES
from tests.authorisation.rows_of_former import FORMER_ROLES
from tests.authorisation.rows_of_homework import GRADEBOOK, HOMEWORK
from tests.authorisation.rows_of_identity import IDENTITY, OPERATION
from tests.authorisation.rows_of_importing import IMPORTING
from tests.authorisation.rows_of_learning import LEARNING
from tests.authorisation.rows_of_notices import NOTICES
from tests.authorisation.rows_of_schedule import CONFERENCING, SCHEDULE
from tests.authorisation.rows_of_shop import SHOP

TABLE: dict[str, tuple[Row, ...]] = {
    "operation": OPERATION,
    "identity": IDENTITY,
    "importing": IMPORTING,
    "catalog": CATALOG,
    "learning": LEARNING,
    "files": FILES,
    "campaigns": CAMPAIGNS,
    "shop": SHOP,
    "schedule": SCHEDULE,
    "conferencing": CONFERENCING,
    "homework": HOMEWORK,
    "gradebook": GRADEBOOK,
    "notices": NOTICES,
    "children": CHILDREN,
    "former roles": FORMER_ROLES,
}
"""By context; `operation` is what every process has, `children` are bodies that name what belongs elsewhere,
`former roles` what belongs to who had another role when it was made."""

ROWS = [row for rows in TABLE.values() for row in rows]
