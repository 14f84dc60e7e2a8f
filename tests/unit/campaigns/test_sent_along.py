"""What visitors send along, and how much of it is kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.campaigns.sent_along import MAX_BYTES, TRUNCATED, bounded, metadata_of

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=600),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=20), values, max_size=12))
def test_what_is_kept_is_small_and_as_it_was_sent(sent: dict[str, object]) -> None:
    kept = bounded(sent)
    assert all(kept[name] == sent[name] for name in kept if name != TRUNCATED or name in sent)
    text = json.dumps(kept, ensure_ascii=False)
    assert len(text.encode()) <= MAX_BYTES + 24
    assert "\0" not in str(json.loads(text, parse_float=str))
    assert (kept == sent) or kept[TRUNCATED] is True


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "u0000", "\\", '"'])
def test_only_a_nul_itself_is_left_out(text: str) -> None:
    assert bounded({"x": text, text: 1}) == {"x": text, text: 1}
    assert bounded({"x": f"{text}\0"}) == {TRUNCATED: True}


def test_metadata_is_what_is_named_so_and_is_added() -> None:
    assert metadata_of({"metadata": {"a": 1}, "b": 2}) == {"a": 1}
    assert metadata_of({"metadata": "a"}) == {}
    assert metadata_of({"metadata": ["a"]}, {"a": 1}) == {"a": 1}
    assert metadata_of({"metadata": {"a": 2}}, {"a": 1, "b": 3}) == {"a": 2, "b": 3}
