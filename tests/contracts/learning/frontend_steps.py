"""What the existing frontend does, for tests of its routes."""

from typing import Any

import httpx

from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.school import School, school

VIDEO, SCHEME = "stations/1/обзор 1.mp4", "stations/1/scheme.pdf"


async def school_with_files(container: Container, **test_fields: str) -> School:
    """The first topic has a video and a PDF, the second nothing."""
    at = await school(container, **test_fields)
    files = ((VIDEO, "additional_video"), (SCHEME, "main_pdf"))
    await arrange(
        container,
        topic_files=[
            {"lesson": "S-L", "topic": "1", "minio_object_name": key, "file_type": kind, "original_name": key}
            for key, kind in files
        ],
    )
    return at


async def complete(client: httpx.AsyncClient, program: int, kind: str, key: str) -> httpx.Response:
    body = {"material_type": kind, "material_key": key}
    return await client.post(f"/courses/programs/{program}/materials/complete", json=body)


async def answered(client: httpx.AsyncClient, path: str, *, right: bool = True) -> dict[str, Any]:
    """What the frontend sends of a test in which the first option is chosen everywhere, or the second."""
    test = (await client.get(path)).json()["test"]
    return {
        "test_id": test["id"],
        "test_type": "lesson" if "/lesson/" in path else "final",
        "score": 0,
        "is_passed": False,
        "correct_answers": 0,
        "total_questions": len(test["questions"]),
        "time_spent": 12,
        "answers_data": {
            str(index): {
                "questionId": question["id"],
                "selectedAnswer": 0 if right else 1,
                "correctAnswer": None,
                "isCorrect": False,
            }
            for index, question in enumerate(test["questions"])
        },
    }
