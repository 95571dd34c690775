"""What a category asks, and what was answered (Open311's service definitions)."""

from collections.abc import Sequence
from enum import Enum

import strawberry

from casework import questions as pure


@strawberry.enum(description="What an answer to a question is, by Open311's names.")
class QuestionDatatype(Enum):
    STRING = strawberry.enum_value("string", description="One line of text, at most 200 characters.")
    NUMBER = strawberry.enum_value("number", description="A number, as in `12` or `0.5`.")
    DATETIME = strawberry.enum_value("datetime", description="A date and time with its zone (ISO 8601).")
    TEXT = strawberry.enum_value("text", description="Text of several lines, at most 10,000 characters.")
    SINGLEVALUELIST = strawberry.enum_value("singlevaluelist", description="One of the choices, by its key.")
    MULTIVALUELIST = strawberry.enum_value("multivaluelist", description="Any of the choices, by their keys.")


@strawberry.type(description="One of the answers that a question of a list offers.")
class QuestionChoice:
    key: str = strawberry.field(description="What clients send.")
    name: str = strawberry.field(description="What people read.")


@strawberry.type(description="What a category asks of those who report.")
class CategoryQuestion:
    code: str = strawberry.field(description="Its short name, by which it is answered.")
    prompt: str = strawberry.field(description="The question, in one line.")
    hint: str = strawberry.field(description="How to answer it; may be empty.")
    datatype: QuestionDatatype = strawberry.field(description="What an answer is.")
    required: bool = strawberry.field(description="Whether a report without an answer is refused.")
    variable: bool = strawberry.field(
        description="Whether it is to be answered. Where it isn't, the prompt only tells something."
    )
    is_private: bool = strawberry.field(description="Whether its answers are seen by staff and the reporter only.")
    choices: list[QuestionChoice] = strawberry.field(description="What a list offers; empty for all else.")


@strawberry.type(description="What was answered to a question when a request was filed, in the words of that time.")
class RequestAnswer:
    code: str = strawberry.field(description="The question's short name.")
    prompt: str = strawberry.field(description="The question as it was asked.")
    values: list[QuestionChoice] = strawberry.field(
        description="What was answered; where it was typed, it is both key and name."
    )
    is_private: bool = strawberry.field(description="Whether only staff and the reporter see it.")


@strawberry.input(description="One of the answers that a question of a list is to offer.")
class QuestionChoiceInput:
    key: str = strawberry.field(description="What clients send: one line of at most 100 characters.")
    name: str = strawberry.field(description="What people read: one line.")


@strawberry.input(description="A question that a category is to ask.")
class CategoryQuestionInput:
    code: str = strawberry.field(description="1 to 60 letters, digits, dots, hyphens and underscores.")
    prompt: str = strawberry.field(description="The question: one line of at most 500 characters.")
    hint: str = strawberry.field(default="", description="How to answer it: one line of at most 500 characters.")
    datatype: QuestionDatatype = strawberry.field(default=QuestionDatatype.STRING, description="What an answer is.")
    required: bool = strawberry.field(default=False, description="Whether a report without an answer is refused.")
    variable: bool = strawberry.field(
        default=True, description="Whether it is to be answered; false where it only tells something."
    )
    private: bool = strawberry.field(
        default=False, description="Whether its answers are seen by staff and the reporter only."
    )
    choices: list[QuestionChoiceInput] = strawberry.field(
        default_factory=list, description="What a list offers: 1 to 200 choices."
    )


@strawberry.input(description="An answer to one of the category's questions.")
class RequestAnswerInput:
    code: str = strawberry.field(description="The question's short name.")
    values: list[str] = strawberry.field(description="What is answered: one text, or the keys of choices.")


def asked(stored: object) -> list[CategoryQuestion]:
    """The questions in a category's column."""
    return [
        CategoryQuestion(
            code=each.code,
            prompt=each.prompt,
            hint=each.hint,
            datatype=QuestionDatatype[each.datatype.name],
            required=each.required,
            variable=each.variable,
            is_private=each.private,
            choices=_choices(each.choices),
        )
        for each in pure.questions_from(stored)
    ]


def answers(given: Sequence[pure.Answer]) -> list[RequestAnswer]:
    """What a viewer may see of the answers (see casework.access.answers_seen_by)."""
    return [
        RequestAnswer(code=each.code, prompt=each.prompt, values=_choices(each.values), is_private=each.private)
        for each in given
    ]


def to_ask(given: Sequence[CategoryQuestionInput]) -> list[pure.Question]:
    return [
        pure.Question(
            code=each.code,
            prompt=each.prompt,
            datatype=pure.Datatype[each.datatype.name],
            hint=each.hint,
            required=each.required,
            variable=each.variable,
            private=each.private,
            choices=tuple(pure.Choice(choice.key, choice.name) for choice in each.choices),
        )
        for each in given
    ]


def given(answers: Sequence[RequestAnswerInput]) -> list[pure.Given]:
    return [pure.Given(each.code, tuple(each.values)) for each in answers]


def _choices(choices: Sequence[pure.Choice]) -> list[QuestionChoice]:
    return [QuestionChoice(key=each.key, name=each.name) for each in choices]
