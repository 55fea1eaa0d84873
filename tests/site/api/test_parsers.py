import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from pymano.api.parsers import StrictJSONParser
from pymano.recognition.refusal import Refusal


def parse(body: bytes) -> object:
    return StrictJSONParser().parse(BytesIO(body))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"strokes": [[[1, 2.5, null]]]}', {"strokes": [[[1, 2.5, None]]]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'"\\u00e9\xc3\xa9"', "éé"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b"[]", []),
        (b"[" * 16 + b"]" * 16, [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]),
    ],
)
def test_it_reads_json(body, value):
    assert parse(body) == value


@pytest.mark.parametrize("body", [b"[" + b"[]," * 600_000 + b"[]]", b"[" + b"1," * 1_100_000 + b"1]"])
def test_it_refuses_what_would_fill_the_memory(body):
    with pytest.raises(Refusal) as refusal:
        parse(body)
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "expecting value, line 1, column 1"),
        (b'{"a": 1,}', "line 1"),
        (b"\xff", "not UTF-8"),
        (b"NaN", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b'{"a": 1, "a": 1}', "names a member twice"),
        (b"9" * 5000, "a number that is too long"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 17 + b"]" * 17, "nested too deeply"),
        (b'{"\\ud800": 1}', "not valid Unicode"),
        (b'["\\udc00\\ud800"]', "not valid Unicode"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_it_says_why_it_refuses(body, reason):
    with pytest.raises(ParseError, match=reason):
        parse(body)


def outcome(body: bytes) -> object:
    try:
        return parse(body)
    except (ParseError, Refusal) as refused:
        return refused


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(st.binary() | st.text(alphabet='[]{}",:0123456789eE+-.\\u nulltrfasNI').map(str.encode))
def test_whatever_is_sent_is_read_as_python_reads_it_or_refused(body: bytes) -> None:
    read = outcome(body)
    if not isinstance(read, Exception):
        assert read == json.loads(body.decode("utf-8-sig"))


@given(json_values)
def test_good_json_is_read(value: object) -> None:
    body = json.dumps(value).encode()
    read = outcome(body)
    assert read == value or "nested too deeply" in str(read) or "too long" in str(read)
