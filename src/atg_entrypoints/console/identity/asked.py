"""What pages of people's accounts share."""

from typing import Any

from litestar import Request

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims

Asked = Request[Caller, AccessClaims, Any]
ACCOUNT = "/app/account"
