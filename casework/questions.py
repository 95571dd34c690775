"""What a category asks of those who report (Open311's service definition), and what they answered. Pure.

    Question ── code, prompt, datatype, choices     in its category's row, in the order in which they are asked
    Answer   ── code, prompt, values                in its request's row, as they were asked then

A category may ask something else tomorrow; what was answered keeps the words that it was an answer to. Where a
question is private, its answers are for staff and whoever gave them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from casework import text
from casework.errors import Invalid

QUESTIONS_MAX = 50
CHOICES_MAX = 200
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class Datatype(StrEnum):
    """Open311's names. `text` may have several lines; of a `multivaluelist` several choices may be taken."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    SINGLEVALUELIST = "singlevaluelist"
    MULTIVALUELIST = "multivaluelist"


LISTS = frozenset({Datatype.SINGLEVALUELIST, Datatype.MULTIVALUELIST})


@dataclass(frozen=True)
class Choice:
    """`key` is what clients send, `name` what people read. What was typed freely is both."""

    key: str
    name: str


@dataclass(frozen=True)
class Question:
    """One question. Where `variable` is false it only tells something (Open311), and nobody can answer it."""

    code: str
    prompt: str
    datatype: Datatype = Datatype.STRING
    hint: str = ""
    required: bool = False
    variable: bool = True
    private: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Given:
    """What a client sends as the answer to one question: text as typed, or the keys of choices."""

    code: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What somebody answered, in the words of that time; or said unasked, where another system reported for them."""

    code: str
    prompt: str
    values: tuple[Choice, ...]
    private: bool = False
    volunteered: bool = False

    @property
    def said(self) -> str:
        return ", ".join(value.name for value in self.values)


_questions = TypeAdapter(tuple[Question, ...])
_answers = TypeAdapter(tuple[Answer, ...])
_each: dict[type, TypeAdapter[Any]] = {Question: TypeAdapter(Question), Answer: TypeAdapter(Answer)}


def questions_from(stored: object) -> tuple[Question, ...]:
    """The questions in a category's column; null where it never asked anything."""
    return _questions.validate_python(stored or ())


def answers_from(stored: object) -> tuple[Answer, ...]:
    """The answers in a request's column; null where nothing was answered."""
    return _answers.validate_python(stored or ())


def as_stored(questions_or_answers: Sequence[Question | Answer]) -> list[dict[str, Any]]:
    """JSON types for the column."""
    return [_each[type(each)].dump_python(each, mode="json") for each in questions_or_answers]


def checked(questions: Sequence[Question]) -> list[Question]:
    """The questions with their texts made canonical. Raises Invalid, naming the question and its field."""
    if len(questions) > QUESTIONS_MAX:
        raise Invalid(
            "%(field)s has %(many)s entries; at most %(allowed)s are allowed.",
            field="questions",
            many=len(questions),
            allowed=QUESTIONS_MAX,
        )
    found = [_checked(question, f"questions.{position}") for position, question in enumerate(questions)]
    seen: set[str] = set()
    for position, question in enumerate(found):
        if question.code in seen:
            field = f"questions.{position}.code"
            raise Invalid("%(field)s: there is a question %(code)s above.", field=field, code=question.code)
        seen.add(question.code)
    return found


def answered(questions: Sequence[Question], given: Sequence[Given]) -> list[Answer]:
    """What was given, as answers to these questions, in the questions' order.

    Raises Invalid for what nobody asked, what is no answer, and what is missing.
    """
    asked = {question.code: question for question in questions if question.variable}
    found: dict[str, Answer] = {}
    for position, each in enumerate(given):
        field = f"answers.{position}"
        question = asked.get(each.code)
        if question is None:
            raise Invalid("%(field)s: this category asks no question of that code.", field=f"{field}.code")
        if each.code in found:
            raise Invalid("%(field)s: this question was answered above.", field=f"{field}.code")
        if values := _values(question, each.values, f"{field}.values"):
            found[each.code] = Answer(question.code, question.prompt, values, question.private)
    for question in asked.values():
        if question.required and question.code not in found:
            raise Invalid(
                "%(field)s: “%(prompt)s” (%(code)s) must be answered.",
                field="answers",
                prompt=question.prompt,
                code=question.code,
            )
    return [found[code] for code in asked if code in found]


def _checked(question: Question, field: str) -> Question:
    if not _CODE.fullmatch(question.code):
        raise Invalid(
            "%(field)s must be 1 to 60 letters, digits, dots, hyphens and underscores.", field=f"{field}.code"
        )
    if question.datatype in LISTS and not 0 < len(question.choices) <= CHOICES_MAX:
        raise Invalid(
            "%(field)s: a list needs 1 to %(allowed)s choices.", field=f"{field}.choices", allowed=CHOICES_MAX
        )
    if question.datatype not in LISTS and question.choices:
        raise Invalid("%(field)s: only lists have choices.", field=f"{field}.choices")
    choices = tuple(
        Choice(
            text.line(choice.key, f"{field}.choices.{position}.key", longest=100),
            text.line(choice.name, f"{field}.choices.{position}.name"),
        )
        for position, choice in enumerate(question.choices)
    )
    if len({choice.key for choice in choices}) < len(choices):
        raise Invalid("%(field)s: two choices have the same key.", field=f"{field}.choices")
    return replace(
        question,
        prompt=text.line(question.prompt, f"{field}.prompt", longest=500),
        hint=text.line(question.hint, f"{field}.hint", longest=500, required=False),
        choices=choices,
    )


def _values(question: Question, given: Sequence[str], field: str) -> tuple[Choice, ...]:
    """The answer to one question; nothing where all that was given is empty."""
    filled = [value for value in given if value.strip()]
    if question.datatype is not Datatype.MULTIVALUELIST and len(filled) > 1:
        raise Invalid("%(field)s: “%(prompt)s” takes one answer.", field=field, prompt=question.prompt)
    if question.datatype in LISTS:
        return tuple(_chosen(question, key, field) for key in dict.fromkeys(filled))
    return tuple(Choice(said, said) for said in (_typed(question, value, field) for value in filled))


def _chosen(question: Question, key: str, field: str) -> Choice:
    for choice in question.choices:
        if choice.key == key.strip():
            return choice
    keys = ", ".join(choice.key for choice in question.choices)
    raise Invalid(
        "%(field)s: “%(prompt)s” can be answered with: %(keys)s.", field=field, prompt=question.prompt, keys=keys
    )


def _typed(question: Question, value: str, field: str) -> str:
    match question.datatype:
        case Datatype.TEXT:
            return text.text(value, field)
        case Datatype.NUMBER:
            said = text.line(value, field, longest=40)
            if not _is_number(said):
                raise Invalid(
                    "%(field)s: “%(prompt)s” takes a number, as in 12 or 0.5.", field=field, prompt=question.prompt
                )
            return said
        case Datatype.DATETIME:
            said = text.line(value, field, longest=40)
            if not _is_moment(said):
                raise Invalid(
                    "%(field)s: “%(prompt)s” takes a date and time with its zone, as in 2026-12-04T17:00:00Z.",
                    field=field,
                    prompt=question.prompt,
                )
            return said
        case _:
            return text.line(value, field)


def _is_number(said: str) -> bool:
    try:
        return Decimal(said).is_finite()
    except InvalidOperation:
        return False


def _is_moment(said: str) -> bool:
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False
