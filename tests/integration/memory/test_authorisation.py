"""Who may do what over HTTP, in memory."""

from tests.authorisation.forging import ForgingContract
from tests.authorisation.walk import AuthorisationContract


class TestAuthorisationOverMemory(AuthorisationContract):
    pass


class TestForgedBodies(ForgingContract):
    pass
