"""How many statements requests of files cost."""

from uuid import uuid4

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.people import sign_in
from tests.statements import counted


async def test_a_folder_costs_no_statement_for_each_file(client: httpx.AsyncClient, remembering: Container) -> None:
    await sign_in(client, remembering, role=Role.TEACHER)
    for number in range(10):
        for folder in ("lessons", "incoming", "recordings/1", "recordings/2", f"teachers/{uuid4()}"):
            await put(remembering.object_store(), f"{folder}/{number}.pdf")
    for path, most in (
        ("/files/folder-contents?prefix=lessons", 0),
        ("/files/folder-contents?prefix=recordings&delimiter=", 1),
        ("/files/folder-contents?prefix=teachers&delimiter=", 1),
        ("/files/folder-contents?delimiter=", 3),
        ("/files/presign?key=lessons/1.pdf", 0),
        ("/files/stream/lessons/1.pdf", 0),
    ):
        await client.get(path)
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) <= most, statements


async def test_what_the_shop_sells_costs_one_statement_for_all_files(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering, role=Role.TEACHER)
    for number in range(10):
        for folder in ("lessons", "shop", "shop/lessons/1"):
            await put(remembering.object_store(), f"{folder}/{number}.pdf")
    for path in ("/files/folder-contents?prefix=shop&delimiter=", "/files/folder-contents?delimiter="):
        await client.get(path)
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) <= 1, statements
