"""The dependencies that pages of notices share."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.notices.ports import NoticeQueries
from atg_core.notices.settings import EditNoticeSettings
from atg_core.notices.telegram_links import LinkTelegram

Asked = Request[Caller, AccessClaims, Any]
Queries = NamedDependency[SkipValidation[NoticeQueries]]
Edits = NamedDependency[SkipValidation[EditNoticeSettings]]
Links = NamedDependency[SkipValidation[LinkTelegram]]
LIST = "/app/notices"
SETTINGS = f"{LIST}/settings"
