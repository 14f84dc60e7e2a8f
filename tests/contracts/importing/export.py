"""An export can be imported without changes, over every `ExportReader`."""

from contextlib import ExitStack
from pathlib import Path

from atg_core.importing.cells import joined
from atg_core.importing.kinds import KINDS
from atg_core.importing.records import Counts
from atg_entrypoints.cli.exporting import write_rows
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.conftest import import_examples

HOSTILE_TEXTS = ("=1+1", "'=1+1", "+7 999", "-1", "@x", "''-", 'a "b", c', "a\r\nb", "a;b\\", "'a'", "ё́🚀", "ﬁ")


async def exported(container: Container, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    for name in KINDS:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            await write_rows(file, container.export_kind(), name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class ExportContract:
    """The fixture `container` gives the adapter."""

    async def test_what_is_exported_comes_back_unchanged(self, container: Container) -> None:
        await import_examples(container)
        await arrange(
            container,
            progress=[{"username": "employee", "lesson": "KS01-GPA-L1", "topic": "1.1"}],
            test_results=[{"username": "employee", "test": "KS01-GPA-T1", "attempt": "2", "score_percent": "70"}],
            managers=[{"username": "instructor", "department": "Цех №1", "station": ""}],
            certificates=[
                {
                    "username": "employee",
                    "course": "ATG-FIRSTAID",
                    "issuer": "Красный Крест",
                    "number": "№ 7",
                    "title": "Первая помощь",
                    "issued_at": "2026-02-01",
                    "valid_until": "2029-02-01",
                }
            ],
            course_prerequisites=[{"course": "ATG-FIRSTAID", "required_course": "ATG-INDSAFE"}],
            assignments=[{"code": "Все", "course": "ATG-FIRSTAID", "audience": "company", "due_days": "30"}],
            test_draws=[
                {"test": "KS01-GPA-T1", "bank": "SAFETY", "position": "1", "questions_count": "2", "tags": "ё"}
            ],
        )
        for name, kind in KINDS.items():
            lines = [line async for batch in container.export_kind()(kind) for line in batch]
            headers, *rows = lines
            exported = [dict(zip(headers, row, strict=True)) for row in rows]
            assert exported, name
            assert "password_hash" not in headers
            [counts] = (await arrange(container, **{name: exported})).values()
            assert counts == Counts(unchanged=len(exported)), name

    async def test_what_is_exported_and_imported_elsewhere_is_exported_the_same(
        self, container: Container, twin: Container, tmp_path: Path
    ) -> None:
        await import_examples(container)
        await arrange(
            container,
            stations=[{"short_name": text, "name": text, "description": text} for text in HOSTILE_TEXTS],
            safety_systems=[{"station": "КС-01", "name": "С", "features": r"a\;b;=c;\\;'d"}],
            progress=[{"username": name, "lesson": "KS01-GPA-L1", "topic": "1.1"} for name in ("employee", "admin")],
            test_results=[{"username": "employee", "test": "KS01-GPA-T1", "attempt": "2", "score_percent": "70"}],
            shop_lessons=[{"title": text, "price": "1", "text_content": text} for text in HOSTILE_TEXTS],
            shop_courses=[
                {"title": text, "description": text, "total_price": "1", "lessons": joined(HOSTILE_TEXTS[number:])}
                for number, text in enumerate(HOSTILE_TEXTS)
            ],
            promo_codes=[{"code": code} for code in ("-1", "--", "_a")],
            groups=[{"teacher": "teacher", "name": text, "students": "student"} for text in HOSTILE_TEXTS],
            scheduled_lessons=[
                {
                    "teacher": "teacher",
                    "group": text,
                    "title": text,
                    "start_time": "2026-09-01",
                    "end_time": "2026-09-02",
                }
                for text in HOSTILE_TEXTS
            ],
        )
        first, second = await exported(container, tmp_path / "first"), tmp_path / "second"
        with ExitStack() as stack:
            await twin.import_files()([source for source, _ in open_folder(tmp_path / "first", stack)])
        assert await exported(twin, second) == first
        assert set(first) == {f"{name}.csv" for name in KINDS}
