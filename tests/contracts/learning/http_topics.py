"""The page of a topic over HTTP, over every database alike."""

import httpx

from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.files.object_store import put
from tests.people import sign_in
from tests.school import school


class HttpTopicsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_topic_is_shown_with_files_for_who_may_read_them(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        names = {"lesson": "S-L", "topic": "1", "original_name": "Файл.pdf"}
        await arrange(
            stocked,
            topics=[{"lesson": "S-L", "code": "1", "title": "Тема 1", "content": "# Ход"}],
            topic_files=[
                {**names, "minio_object_name": "stations/open.pdf", "file_type": "main_pdf"},
                {**names, "minio_object_name": "programs/closed.pdf", "file_type": "additional_document"},
                {**names, "minio_object_name": "private/secret.pdf", "file_type": "additional_document"},
            ],
        )
        await put(stocked.object_store(), "programs/closed.pdf", b"%PDF-1.7 closed")
        path = f"/topics/{at.topics[0]}"
        shown = (await client.get(path)).json()
        assert (shown["title"], shown["content"], shown["progress"]) == ("Тема 1", "# Ход", None)
        assert {file["object_key"]: file["url"] is None for file in shown["files"]} == {
            "stations/open.pdf": False,
            "programs/closed.pdf": True,
            "private/secret.pdf": True,
        }
        await sign_in(client, stocked)
        assert (await client.get(path)).json()["progress"] is None
        await client.post(f"/courses/{at.course}/enroll")
        await client.put(f"{path}/progress", json={"position_seconds": 7})
        shown = (await client.get(path)).json()
        assert shown["progress"] == {"completed": False, "completed_at": None, "position_seconds": 7}
        urls = {file["object_key"]: file["url"] for file in shown["files"]}
        assert urls["private/secret.pdf"] is None
        address = httpx.URL(urls["programs/closed.pdf"])
        assert (await client.get(address.raw_path.decode())).content == b"%PDF-1.7 closed"
        for absent in ("0", "x", "999999"):
            assert (await client.get(f"/topics/{absent}")).status_code == 404
        await arrange(stocked, topics=[{"lesson": "S-L", "code": "1", "title": "x", "is_active": "false"}])
        assert (await client.get(path)).status_code == 404
