"""What a visitor's request holds beside what its fields name."""

from typing import Any

from litestar import Request


async def sent_along(request: Request[Any, Any, Any], *named: str) -> dict[str, Any]:
    """The other members of the body."""
    sent = await request.json()
    return {name: sent[name] for name in sent if name not in named} if isinstance(sent, dict) else {}
