"""The laws of notices over memory."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings

from atg_entrypoints.container import create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.contracts.notices.notices_machine import NoticesMachine
from tests.examples import examples


class MemoryNoticesMachine(NoticesMachine):
    container = create_container(
        Settings(database_url="memory://", secret_key=SECRET, timezone="Asia/Yekaterinburg", contexts=["notices"])
    )

    @staticmethod
    def run(work: Any) -> Any:
        return asyncio.run(work)

    def teardown(self) -> None:
        self.container.database().tables.clear()


TestNotices = MemoryNoticesMachine.TestCase
TestNotices.settings = settings(
    stateful_step_count=25, max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck)
)
