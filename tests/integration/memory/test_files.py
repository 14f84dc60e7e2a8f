"""Files over HTTP, in memory."""

from tests.contracts.http_uploads import SelfServedUploadsContract


class TestFilesOverMemory(SelfServedUploadsContract):
    pass
