"""The dependencies that pages of learners share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from atg_core.catalog.ports import CatalogQueries
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.ports import LearnerQueries
from atg_core.learning.reports import Reports

Asked = Request[Caller, AccessClaims, Any]
type SignUrls = Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]
"""Signed URLs for those of the keys that the caller may read."""

SignsUrls = NamedDependency[SkipValidation[SignUrls]]
QueriesCatalog = NamedDependency[SkipValidation[CatalogQueries]]
QueriesLearners = NamedDependency[SkipValidation[LearnerQueries]]
ReadsReports = NamedDependency[SkipValidation[Reports]]
