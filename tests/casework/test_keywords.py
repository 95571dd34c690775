"""What a watch area listens for: the language of its keywords, in any human language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import Invalid, TooLong
from casework.keywords import fold, parse_keywords

WORDS = st.text("abcdeéßñж", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("keywords", "said", "heard"),
    [
        ("", "anything at all", True),
        ("", "", True),
        ("pothole light", "The LIGHT is out.", True),
        ("pothole, light; tree", "A tree fell", True),
        ("pothole light", "A tree fell", False),
        ("light", "lights", False),
        ("light", "twilight", False),
        ("light", "(light)", True),
        ("light", "street_light", True),
        ('"street light"', "the street-light, broken", True),
        ('"street light"', "light on the street", False),
        ("street-light", "street light", True),
        ("“street light”", "A Street Light", True),
        ("„street light“", "A Street Light", True),
        ("«street light»", "A Street Light", True),
        ("pothole -bike", "a pothole", True),
        ("pothole -bike", "a pothole in the bike lane", False),
        ("pothole –bike", "a pothole in the bike lane", False),
        ("pothole −bike", "a pothole in the bike lane", False),
        ('pothole —"bike lane"', "a pothole in the bike lane", False),
        ('pothole -"bike lane"', "a pothole, a lane, a bike", True),
        ("--bike", "a bike", False),
        ("-bike", "a pothole", True),
        ("-bike -lane", "a lane", False),
        ("pothole-bike", "a pothole", False),
        ("cafe", "Café", True),
        ("CAFÉ", "cafe\u0301", True),
        ("strasse", "Straße", True),
        ("lodz", "Łódź", True),
        ("istanbul", "İSTANBUL", True),
        ("o'brien", "O’Brien’s", True),
        ("яма", "Большая ЯМА", True),
        ("σκυλος", "ΣΚΥΛΟΣ", True),
        ("حفرة", "حُفْرَة", True),
        ("कि", "का", False),
        ("道路", "この道路に穴があります", True),
        ("道路", "道に路", False),
        ("カ", "ガ", False),
        ("ถนน", "บนถนนใหญ่", True),
        ("fire 🔥", "help🔥now", True),
        ("42", "No 42!", True),
        ("42", "421", False),
        ("ﬁre", "fire", True),
        ("pot\u00adhole", "pothole", True),
    ],
)
def test_terms_are_whole_words_without_case_or_accents(keywords: str, said: str, heard: bool) -> None:
    assert parse_keywords(keywords).match(said) is heard


def test_summary_and_description_count_together_but_no_phrase_spans_them() -> None:
    assert parse_keywords("pothole").match("Elm Street", "A pothole")
    assert not parse_keywords("elm -pothole").match("Elm Street", "A pothole")
    assert not parse_keywords('"street a"').match("Elm Street", "A pothole")


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ('pothole "street light', "the quote before “street light” is not closed"),
        ("pothole - bike", "“-” holds no letter or digit"),
        ("!!!", "“!!!” holds no letter or digit"),
        ('""', "holds no letter or digit"),
        ("Café -cafe", "“cafe” is both wanted and left out"),
        (" ".join(f"word{number}" for number in range(51)), "at most 50 terms"),
        ("pothole\nlight", "single line"),
        ("pot\x00hole", "control character"),
    ],
)
def test_what_cannot_be_understood_is_refused_naming_the_field(keywords: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        parse_keywords(keywords)
    assert (caught.value.code, caught.value.field) == ("INVALID", "keywords")


def test_more_than_500_characters_are_too_long() -> None:
    assert parse_keywords("x" * 500).wanted == (f" {'x' * 500} ",)
    with pytest.raises(TooLong) as caught:
        parse_keywords("x" * 501)
    assert caught.value.field == "keywords"


@given(st.lists(WORDS, min_size=1, max_size=5, unique_by=fold), st.lists(WORDS, max_size=5))
def test_the_terms_are_ored_and_say_just_what_the_words_say(terms: list[str], said: list[str]) -> None:
    heard = {fold(word) for word in said}
    assert parse_keywords(" ".join(terms)).match(" ".join(said)) is any(fold(term) in heard for term in terms)


@given(st.lists(WORDS, min_size=1, max_size=5), st.text(max_size=40))
def test_to_leave_words_out_is_the_opposite_of_wanting_them(terms: list[str], said: str) -> None:
    wanted = parse_keywords(" ".join(terms))
    unwanted = parse_keywords(" ".join(f"-{term}" for term in terms))
    assert wanted.match(said) is not unwanted.match(said)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused_and_finds_itself(typed: str) -> None:
    assert fold(fold(typed)) == fold(typed)
    try:
        keywords = parse_keywords(typed)
    except Invalid:
        return
    assert keywords.match(" ".join(keywords.wanted))
