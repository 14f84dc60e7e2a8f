"""The trail of what was done, in memory."""

from tests.contracts.audit import AuditContract


class TestMemoryAudit(AuditContract):
    pass
