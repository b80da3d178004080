import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from participants.text import FORBIDDEN, canonical_email, normalise, validate_plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain words, line one\nline two\tand a tab",
        "L’équipe « va bien » – naïve œuvre",
        "核軍縮に関する対話",
        "الحوار حول نزع السلاح",
        "\u200fnote: a right-to-left mark is fine\u200e",
        "🕊️ and a family 👩‍👩‍👧",
        '=SUM(A1:A3) <b>& "quotes" -- \' OR 1=1',
    ],
)
def test_validate_plain_takes_what_people_write(text):
    validate_plain(text)


@pytest.mark.parametrize(
    "sign, name",
    [
        ("\x00", "U+0000"),
        ("\x07", "U+0007"),
        ("\x0b", "U+000B"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\ud800", "U+D800"),
        ("\udfff", "U+DFFF"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\ufeff", "U+FEFF"),
    ],
)
def test_validate_plain_names_the_sign_and_its_line(sign, name):
    with pytest.raises(ValidationError) as refused:
        validate_plain(f"First line\nsecond {sign} line")

    assert refused.value.messages == [
        f"Line 2 holds a character that cannot be shown ({name}). Delete it or type the words again."
    ]


@pytest.mark.parametrize(
    "typed, stored",
    [
        ("  two   words  ", "two words"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("trailing \t\nspaces", "trailing\nspaces"),
        ("a\u00a0b\u3000c", "a b c"),
        ("e\u0301", "\u00e9"),
        ("paragraph\n\nparagraph", "paragraph\n\nparagraph"),
        (" \n\t ", ""),
    ],
)
def test_normalise_keeps_the_words(typed, stored):
    assert normalise(typed) == stored


@given(st.text())
def test_normalise_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_normalise_keeps_every_sign_that_is_no_space(text):
    import unicodedata

    kept = "".join(unicodedata.normalize("NFC", text).split())

    assert "".join(normalise(text).split()) == kept


@given(st.text())
def test_what_validate_plain_takes_can_be_stored_as_utf_8(text):
    if not FORBIDDEN.search(text):
        assert "\x00" not in text
        assert text.encode().decode() == text


@given(st.text())
def test_canonical_email_is_one_form(text):
    assert canonical_email(canonical_email(text)) == canonical_email(text)
    assert canonical_email(f" {text}\t") == canonical_email(text)


@pytest.mark.parametrize("typed", ["Name@Example.org", " name@example.ORG ", "ｎａｍｅ@example.org"])
def test_canonical_email_is_not_fooled_by_case_or_form(typed):
    assert canonical_email(typed) == "name@example.org"
