"""Certificates that end, and those won elsewhere, over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_certificate_register import HttpCertificateRegisterContract


@over_each_database
class TestCertificateRegister(HttpCertificateRegisterContract):
    pass
