"""What errors keep, so that they can be said in any language, and how faults are collected."""

import pytest

from atg_core.errors import MOST_FAULTS, Fault, Faults, Invalid, NotFound, TooMany


def test_an_error_keeps_its_template_and_says_it_in_english() -> None:
    error = Invalid("must be between {low} and {high}", field="size", code="out_of_range", low=1, high=9)
    assert (str(error), error.template) == ("must be between 1 and 9", "must be between {low} and {high}")
    assert error.faults == [Fault("size", error.template, "out_of_range", {"low": 1, "high": 9})]


def test_the_first_line_of_the_docstring_is_what_is_said_by_default() -> None:
    assert (str(NotFound()), str(TooMany())) == ("Not found", "Too many requests, try again later")


def test_braces_of_a_message_without_parameters_are_nothing_special() -> None:
    assert str(NotFound("no {such} thing")) == "no {such} thing"


def test_faults_of_parts_are_raised_together_and_at_most_a_hundred() -> None:
    faults = Faults()
    checked = []
    for index in range(2 * MOST_FAULTS):
        with faults:
            if index % 4:
                raise Invalid("is wrong", field=f"[{index}]", code="wrong")
            checked.append(index)
    with pytest.raises(Invalid) as raised:
        faults.raise_any()
    assert [fault.field for fault in raised.value.faults][:3] == ["[1]", "[2]", "[3]"]
    assert str(raised.value).startswith("[1]: is wrong; [2]: is wrong")
    assert (len(raised.value.faults), len(checked)) == (MOST_FAULTS, MOST_FAULTS // 2)


def test_what_is_no_fault_of_a_member_is_raised_at_once() -> None:
    faults = Faults()
    with pytest.raises(NotFound), faults:
        raise NotFound
    with pytest.raises(Invalid, match="The request is not valid"), faults:
        raise Invalid
    faults.raise_any()
