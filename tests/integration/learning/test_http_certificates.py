"""Certificates over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_certificates import HttpCertificatesContract


@over_each_database
class TestCertificates(HttpCertificatesContract):
    pass
