"""What a category may ask, and what is an answer."""

from __future__ import annotations

from typing import Any

import pytest

from casework.errors import Invalid
from casework.questions import (
    Answer,
    Choice,
    Datatype,
    Given,
    Question,
    answered,
    answers_from,
    as_stored,
    checked,
    questions_from,
)

LAMP = Question(
    "LAMP",
    "What is wrong?",
    Datatype.SINGLEVALUELIST,
    choices=(Choice("dark", "It stays dark"), Choice("on", "Always on")),
)
POLE = Question("pole", "Number on the pole", Datatype.NUMBER)
SEEN = Question("seen", "When did you see it?", Datatype.DATETIME)
MORE = Question("more", "Anything else?", Datatype.TEXT, private=True)
SIGNS = Question(
    "signs",
    "Which signs?",
    Datatype.MULTIVALUELIST,
    choices=(Choice("a", "Stop"), Choice("b", "Yield"), Choice("c", "School")),
)
NOTICE = Question("notice", "In an emergency call the police.", variable=False)
ALL = (LAMP, POLE, SEEN, MORE, SIGNS, NOTICE)


def given(**values: str | tuple[str, ...]) -> list[Given]:
    return [Given(code, (value,) if isinstance(value, str) else value) for code, value in values.items()]


def test_answers_come_in_the_order_of_the_questions_with_the_words_of_both() -> None:
    found = answered(ALL, given(more=" Two\r\nlines ", signs=("c", "a", "c"), LAMP="dark", pole="12.5"))
    assert found == [
        Answer("LAMP", "What is wrong?", (Choice("dark", "It stays dark"),)),
        Answer("pole", "Number on the pole", (Choice("12.5", "12.5"),)),
        Answer("more", "Anything else?", (Choice("Two\nlines", "Two\nlines"),), private=True),
        Answer("signs", "Which signs?", (Choice("c", "School"), Choice("a", "Stop"))),
    ]
    assert found[-1].said == "School, Stop"


def test_what_is_stored_comes_back_the_same() -> None:
    assert questions_from(as_stored(ALL)) == ALL
    answers = answered(ALL, given(LAMP="on", more="x"))
    assert answers_from(as_stored(answers)) == tuple(answers)
    assert (questions_from(None), answers_from(None)) == ((), ())


def test_an_empty_answer_is_none() -> None:
    assert answered(ALL, given(pole=" ", more=(), signs=("", " "))) == []


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (given(nothing="x"), "answers.0.code"),
        (given(notice="x"), "answers.0.code"),
        ([*given(pole="1"), *given(pole="2")], "answers.1.code"),
        (given(LAMP="broken"), "answers.0.values"),
        (given(LAMP=("dark", "on")), "answers.0.values"),
        (given(pole="twelve"), "answers.0.values"),
        (given(pole="NaN"), "answers.0.values"),
        (given(pole="1", seen="yesterday"), "answers.1.values"),
        (given(seen="2026-12-04T17:00:00"), "answers.0.values"),
        (given(more="x" * 10_001), "answers.0.values"),
        (given(more="\x00"), "answers.0.values"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_field(answers: list[Given], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        answered(ALL, answers)
    assert refused.value.field == field


def test_a_required_answer_that_is_missing_is_named() -> None:
    with pytest.raises(Invalid, match="Number on the pole") as refused:
        answered([Question("pole", "Number on the pole", Datatype.NUMBER, required=True)], given(pole=""))
    assert refused.value.field == "answers"


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ([Question("", "Why?")], "questions.0.code"),
        ([Question("a b", "Why?")], "questions.0.code"),
        ([Question("a", " ")], "questions.0.prompt"),
        ([POLE, Question("b", "Two\nlines")], "questions.1.prompt"),
        ([POLE, POLE], "questions.1.code"),
        ([Question("a", "Why?", Datatype.SINGLEVALUELIST)], "questions.0.choices"),
        ([Question("a", "Why?", choices=(Choice("x", "X"),))], "questions.0.choices"),
        ([Question("a", "Why?", Datatype.MULTIVALUELIST, choices=(Choice("x", "X"),) * 2)], "questions.0.choices"),
        ([Question("a", "Why?", Datatype.MULTIVALUELIST, choices=(Choice("x", ""),))], "questions.0.choices.0.name"),
        ([Question(f"q{number}", "Why?") for number in range(51)], "questions"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_field(questions: list[Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(questions)
    assert refused.value.field == field
