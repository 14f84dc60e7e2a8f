"""Authoring topic files over HTTP, over every database alike."""

import httpx

from atg_entrypoints.container import Container
from tests.contracts.catalog.authors import author, made, tree
from tests.contracts.files.object_store import put
from tests.school import school


class HttpTopicFileAuthoringContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_instructors_give_topics_files(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        await author(client, stocked)
        path = f"/topics/{at.topics[0]}/files"
        await put(stocked.object_store(), "lessons/page.html", b"<html><script>x</script></html>", "text/html")
        named = {"original_name": "Схема.pdf", "minio_object_name": "lessons/a.pdf"}
        first = await made(client, path, file_type="main_pdf", **named)
        second = await made(client, path, file_type="main_pdf", **{**named, "minio_object_name": "lessons/b.pdf"})
        shown = (await tree(client, at))["lessons"][0]["topics"][0]["files"]
        assert [(file["id"], file["isMain"]) for file in shown] == [(first["id"], False), (second["id"], True)]
        reply = await client.post(
            path, json={**named, "file_type": "main_pdf", "minio_object_name": "lessons/page.html"}
        )
        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "minio_object_name")
        changed = await client.put(f"{path}/{second['id']}", json={"title": "Лист 1", "order_index": 5})
        assert (changed.json()["title"], changed.json()["original_name"]) == ("Лист 1", "Схема.pdf")
        ordered = (await client.put(f"{path}/order", json=[second["id"], first["id"]])).json()["data"]
        assert [(row["id"], row["order_index"]) for row in ordered] == [(second["id"], 1), (first["id"], 2)]
        elsewhere = f"/topics/{at.topics[1]}/files"
        assert (await client.put(f"{elsewhere}/order", json=[first["id"]])).status_code == 400
        assert (await client.delete(f"{elsewhere}/{first['id']}")).status_code == 404
        assert (await client.delete(f"{path}/{first['id']}")).status_code == 204
        assert len((await tree(client, at))["lessons"][0]["topics"][0]["files"]) == 1
