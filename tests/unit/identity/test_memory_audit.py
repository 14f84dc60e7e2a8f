"""The audit log in memory."""

from tests.contracts.identity.audit import AuditContract


class TestMemoryAudit(AuditContract):
    pass
