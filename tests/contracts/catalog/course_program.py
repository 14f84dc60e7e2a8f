"""What every `CatalogQueries` promises about the tree of a course program."""

from atg_entrypoints.container import Container
from tests.arranging import arrange

STATIONS = [{"short_name": "A", "name": "Первая"}, {"short_name": "B", "name": "Вторая"}]


class CourseProgramContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_the_tree_is_of_the_first_active_program_and_of_what_is_active_in_it(
        self, container: Container
    ) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[
                {"code": "P0", "station": "A", "title": "old", "order_index": "0", "is_active": "false"},
                {"code": "P2", "station": "A", "title": "second", "order_index": "2", "is_active": "true"},
                {"code": "P1", "station": "A", "title": "first", "order_index": "1", "is_active": "true"},
            ],
            lessons=[
                {"code": "L2", "program": "P1", "title": "two", "order_index": "2", "is_active": "true"},
                {"code": "L1", "program": "P1", "title": "one", "order_index": "1", "is_active": "true"},
                {"code": "L0", "program": "P1", "title": "gone", "order_index": "0", "is_active": "false"},
                {"code": "LX", "program": "P2", "title": "elsewhere", "order_index": "0", "is_active": "true"},
            ],
            topics=[
                {"lesson": "L1", "code": "2", "title": "b", "order_index": "2", "is_active": "true"},
                {"lesson": "L1", "code": "1", "title": "a", "order_index": "1", "is_active": "true"},
                {"lesson": "L1", "code": "3", "title": "gone", "order_index": "0", "is_active": "false"},
                {"lesson": "L0", "code": "1", "title": "of the gone", "order_index": "1", "is_active": "true"},
            ],
            topic_files=[
                {
                    "lesson": "L1",
                    "topic": "1",
                    "minio_object_name": key,
                    "file_type": kind,
                    "original_name": key,
                    "is_active": active,
                }
                for key, kind, active in (
                    ("a.pdf", "main_pdf", "true"),
                    ("b.mp4", "additional_video", "true"),
                    ("c.pdf", "main_pdf", "false"),
                )
            ],
            tests=[
                {"code": "T1", "lesson": "L1", "program": "", "title": "test", "is_active": "true"},
                {"code": "T2", "lesson": "L2", "program": "", "title": "gone", "is_active": "false"},
                {"code": "TF", "lesson": "", "program": "P1", "title": "final", "is_active": "true"},
            ],
        )
        tree = await container.catalog_queries().program_tree(1)
        assert tree is not None
        assert tree.program.title == "first"
        assert [lesson.code for lesson in tree.lessons] == ["L1", "L2"]
        assert [topic.code for topic in tree.lessons[0].topics] == ["1", "2"]
        assert [file.minio_object_name for file in tree.lessons[0].topics[0].files] == ["a.pdf", "b.mp4"]
        assert [lesson.test.title if lesson.test else None for lesson in tree.lessons] == ["test", None]
        assert tree.final_test is not None
        assert tree.final_test.title == "final"
        counters = (tree.program.lessons_count, tree.program.topics_count, tree.program.tests_count)
        assert counters == (2, 2, 2)

    async def test_a_station_without_an_active_program_has_no_tree(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[{"code": "P0", "station": "A", "title": "old", "is_active": "false"}],
        )
        assert await container.catalog_queries().program_tree(1) is None
        assert await container.catalog_queries().program_tree(2) is None

    async def test_what_has_the_same_order_comes_by_id(self, container: Container) -> None:
        await arrange(
            container,
            stations=STATIONS,
            programs=[{"code": code, "station": "A", "title": code} for code in ("Z", "A")],
            lessons=[{"code": code, "program": "Z", "title": code} for code in ("z", "a")],
            topics=[{"lesson": "z", "code": code, "title": code} for code in ("2", "1")],
            topic_files=[
                {
                    "lesson": "z",
                    "topic": "1",
                    "minio_object_name": key,
                    "file_type": "additional_video",
                    "original_name": key,
                }
                for key in ("z.mp4", "a.mp4")
            ],
        )
        tree = await container.catalog_queries().program_tree(1)
        assert tree is not None
        assert tree.program.title == "Z"
        assert [lesson.code for lesson in tree.lessons] == ["z", "a"]
        assert [topic.code for topic in tree.lessons[0].topics] == ["2", "1"]
        assert [file.original_name for file in tree.lessons[0].topics[1].files] == ["z.mp4", "a.mp4"]
        assert (tree.final_test, tree.lessons[0].test) == (None, None)

    async def test_a_program_tells_its_texts_in_their_order(self, container: Container) -> None:
        texts = {"learning_outcomes": "b;a", "requirements": "c", "target_audience": ""}
        await arrange(
            container,
            stations=STATIONS,
            programs=[
                {"code": "P", "station": "A", "title": "P", **texts},
                {"code": "Q", "station": "A", "title": "Q", **dict.fromkeys(texts, "another's")},
            ],
        )
        tree = await container.catalog_queries().program_tree(1)
        assert tree is not None
        assert (tree.learning_outcomes, tree.requirements, tree.target_audience) == (["b", "a"], ["c"], [])
