"""The pages of the existing frontend on which administrators edit tests, over the use cases of test authoring."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.spec import Schema
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType, field

from atg_core.catalog.curriculum_ports import OptionInput, QuestionInput
from atg_core.catalog.curriculum_records import RecordKind, Row
from atg_core.catalog.test_authoring import FINAL_TESTS, LESSON_TESTS, EditTests, TestNotFound
from atg_core.errors import Invalid
from atg_core.learning.grading import TestKind
from atg_entrypoints.http.openapi import members_given
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import NO_NUL, TRIMMED, Data, Instant, Text, present_fields, serial_or

_TAGS = ["existing frontend"]
_KINDS: Mapping[TestKind, RecordKind] = {TestKind.LESSON: LESSON_TESTS, TestKind.FINAL: FINAL_TESTS}
_COLUMNS = {"time_limit": "time_limit_minutes", "attempts": "max_attempts"}
"""Where they have other names than the members."""

type Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class TestFields(Struct, frozen=True, kw_only=True):
    """`time_limit` in minutes; `attempts`: null if unlimited."""

    title: Title | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    passing_score: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    time_limit: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    attempts: Count | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        """By column."""
        names = TestFields.__struct_fields__
        return {_COLUMNS.get(name, name): value for name, value in present_fields(self).items() if name in names}


def _of_kind(kind: TestKind, parent: str) -> Schema:
    given = members_given("test_type", parent)
    given.properties = {**(given.properties or {}), "test_type": Schema(const=kind)}
    return given


class NewTest(TestFields, frozen=True, kw_only=True):
    """With `lesson_id` or `course_program_id`, as `test_type` says."""

    documented: ClassVar[Mapping[str, Any]] = {
        "any_of": [_of_kind(TestKind.LESSON, "lesson_id"), _of_kind(TestKind.FINAL, "course_program_id")]
    }

    test_type: TestKind
    title: Title
    lesson_id: Serial | None = None
    course_program_id: Serial | None = None

    def parent(self) -> int:
        """Raises Invalid."""
        found = self.lesson_id if self.test_type is TestKind.LESSON else self.course_program_id
        if found is None:
            name = "lesson_id" if self.test_type is TestKind.LESSON else "course_program_id"
            raise Invalid("is required", field=name, code="required")
        return found


class QuestionSent(Struct, frozen=True, kw_only=True, rename="camel"):
    """A single choice; `correct_answer`: the index of its right option."""

    question: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
    options: Annotated[list[Title], Meta(min_length=1, max_length=100)]
    correct_answer: Annotated[int, Meta(ge=0, le=99)] = 0
    points: Annotated[int, Meta(ge=1, le=10_000)] = 1
    image: Annotated[str, Meta(max_length=1024, pattern=NO_NUL)] | None = None
    explanation: Text | None = None

    def written(self, index: int) -> QuestionInput:
        """Raises Invalid."""
        if self.correct_answer >= len(self.options):
            here = f"questions[{index}].correctAnswer"
            raise Invalid("is no option of this question", field=here, code="unknown_option")
        return QuestionInput(
            text=self.question,
            points=self.points,
            image=self.image or None,
            explanation=self.explanation or None,
            options=[
                OptionInput(text=text, is_correct=number == self.correct_answer)
                for number, text in enumerate(self.options)
            ],
        )


class QuestionsSent(Struct, frozen=True, kw_only=True):
    questions: Annotated[list[QuestionSent], Meta(max_length=1_000)]


class EditedRow(Struct, frozen=True, kw_only=True):
    """`id` and `test_id` are the same; of the last two the one of its kind."""

    id: int
    test_id: int
    test_type: TestKind
    title: str
    description: str
    questions_count: int
    passing_score: int
    time_limit: int
    attempts: int | None
    is_active: bool
    created_at: Instant
    updated_at: Instant
    course_program_lesson_id: int | None
    course_program_id: int | None


class EditedQuestion(Struct, frozen=True, kw_only=True, rename="camel"):
    """`correct_answer`: null where several options are right."""

    id: int
    question: str
    options: list[str]
    correct_answer: int | None
    points: int
    image: str
    explanation: str
    order_index: int = field(name="order_index")


class EditedTest(EditedRow, frozen=True, kw_only=True):
    """With the two names that the page of a lesson reads besides."""

    passingScore: int  # noqa: N815
    timeLimit: int  # noqa: N815
    questions: list[EditedQuestion]


class EditedTestReply(Struct, frozen=True):
    test: EditedTest


class CreatedTest(Struct, frozen=True, kw_only=True):
    id: int
    test_type: TestKind


class CreatedTestReply(Struct, frozen=True):
    data: CreatedTest


class ChangedTest(Struct, frozen=True, kw_only=True):
    id: int


class ChangedTestReply(Struct, frozen=True):
    data: ChangedTest


class Done(Struct, frozen=True, kw_only=True):
    success: bool = True


def _members(kind: TestKind, row: Row) -> dict[str, Any]:
    same = ("id", "title", "questions_count", "passing_score", "is_active")
    return {
        **{name: row[name] for name in same},
        "test_id": row["id"],
        "test_type": kind,
        "description": row["description"] or "",
        "time_limit": row["time_limit_minutes"],
        "attempts": row["max_attempts"],
        "created_at": Instant.of(row["created_at"]),
        "updated_at": Instant.of(row["updated_at"]),
        "course_program_lesson_id": row.get("lesson_id"),
        "course_program_id": row.get("course_program_id"),
    }


def _question(row: Row, index: int) -> EditedQuestion:
    right = [number for number, option in enumerate(row["options"]) if option["is_correct"]]
    return EditedQuestion(
        id=row["id"],
        question=row["text"],
        options=[option["text"] for option in row["options"]],
        correct_answer=right[0] if len(right) == 1 else None,
        points=row["points"],
        image=row["image"] or "",
        explanation=row["explanation"] or "",
        order_index=index,
    )


async def find_edited(edit_tests: EditTests, kind: TestKind, test_id: int) -> EditedTest | None:
    """The test of this id of its own, with its right answers."""
    try:
        parent = await edit_tests.parent_of(_KINDS[kind], test_id)
    except TestNotFound:
        return None
    test = await edit_tests.show(_KINDS[kind], parent)
    return EditedTest(
        **_members(kind, test),
        passingScore=test["passing_score"],
        timeLimit=test["time_limit_minutes"],
        questions=[_question(row, index) for index, row in enumerate(test["questions"])],
    )


@get("/courses/tests", policy=ADMIN, tags=_TAGS, summary="All tests, or those of lessons or of programs", also={400})
async def list_tests(
    edit_tests: NamedDependency[SkipValidation[EditTests]],
    kind: Annotated[TestKind | None, QueryParameter(name="type")] = None,
) -> Data[EditedRow]:
    kinds = [kind] if kind else list(TestKind)
    return Data([EditedRow(**_members(each, row)) for each in kinds for row in await edit_tests.every(_KINDS[each])])


@post("/courses/tests/create", policy=ADMIN, tags=_TAGS, summary="Create a test", also={404, 409})
async def create_test(
    data: JSONBody[NewTest], edit_tests: NamedDependency[SkipValidation[EditTests]]
) -> CreatedTestReply:
    """A lesson and a program have one each."""
    test = await edit_tests.add(_KINDS[data.test_type], data.parent(), data.values(), ())
    return CreatedTestReply(CreatedTest(id=test["id"], test_type=data.test_type))


@get("/courses/tests/final/{test_id:str}", policy=ADMIN, tags=_TAGS, summary="A final test with its right answers")
async def show_final_test_to_edit(
    test_id: FromPath[str], edit_tests: NamedDependency[SkipValidation[EditTests]]
) -> EditedTestReply:
    edited = await find_edited(edit_tests, TestKind.FINAL, serial_or(TestNotFound, test_id))
    if edited is None:
        raise TestNotFound
    return EditedTestReply(edited)


def _editing(kind: TestKind) -> list[BaseRouteHandler]:
    path, record_kind = f"/courses/tests/{kind}/{{test_id:str}}", _KINDS[kind]

    async def found(request: Request[Any, Any, Any], edit_tests: EditTests) -> tuple[int, int]:
        """The ids of the test and of its lesson or program. Raises TestNotFound."""
        number = serial_or(TestNotFound, request.path_params["test_id"])
        return number, await edit_tests.parent_of(record_kind, number)

    @put(f"{path}/update", policy=ADMIN, tags=_TAGS, summary=f"Change a {kind} test", name=f"update {kind} test")
    async def update(
        request: Request[Any, Any, Any],
        data: JSONBody[TestFields],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> ChangedTestReply:
        number, parent = await found(request, edit_tests)
        await edit_tests.change(record_kind, parent, data.values(), None)
        return ChangedTestReply(ChangedTest(id=number))

    @put(
        f"{path}/questions", policy=ADMIN, tags=_TAGS, summary=f"Replace its questions: {kind} test", name=f"ask {kind}"
    )
    async def write_questions(
        request: Request[Any, Any, Any],
        data: JSONBody[QuestionsSent],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> Done:
        _, parent = await found(request, edit_tests)
        questions = [question.written(index) for index, question in enumerate(data.questions)]
        await edit_tests.change(record_kind, parent, {}, questions)
        return Done()

    @delete(
        f"{path}/delete",
        status_code=200,
        policy=ADMIN,
        tags=_TAGS,
        summary=f"Delete a {kind} test",
        name=f"remove {kind} test",
    )
    async def remove(request: Request[Any, Any, Any], edit_tests: NamedDependency[SkipValidation[EditTests]]) -> Done:
        """A test that has attempts is deactivated instead."""
        _, parent = await found(request, edit_tests)
        await edit_tests.remove(record_kind, parent)
        return Done()

    return [update, write_questions, remove]


HANDLERS: Sequence[BaseRouteHandler] = (
    list_tests,
    create_test,
    show_final_test_to_edit,
    *(handler for kind in TestKind for handler in _editing(kind)),
)
