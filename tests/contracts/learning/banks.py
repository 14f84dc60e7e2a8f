"""Question banks of authors, for tests of them and of tests that draw from them."""

from typing import Any

import httpx


def question(text: str, **more: Any) -> dict[str, Any]:
    """A question of a bank, whose right option is `да`."""
    return {"text": text, "options": [{"text": "да", "is_correct": True}, {"text": "нет"}], **more}


async def bank_of(client: httpx.AsyncClient, *questions: dict[str, Any]) -> int:
    """A bank with these questions, of the author who has signed in; its id."""
    reply = await client.post("/question-banks", json={"title": "Банк"})
    assert reply.status_code == 201, reply.text
    bank: int = reply.json()["id"]
    for each in questions:
        added = await client.post(f"/question-banks/{bank}/questions", json=each)
        assert added.status_code == 201, added.text
    return bank
