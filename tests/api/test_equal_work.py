"""Whoever asks about an address can't tell by the work whether it has an account: statement by statement the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from casework import passwords
from casework.people import Person
from tests.accounts import PASSWORD
from tests.api.statements import statements
from tests.telling import Telling
from tests.town import Town


@dataclass
class Work:
    """What one answer took: its SQL statements in order, and how often argon2 ran."""

    statements: list[str]
    argon2: int = 0


@contextmanager
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    with monkeypatch.context() as patch, statements() as sent:
        done = Work(sent)
        in_thread = passwords._in_thread

        async def counted(step: Any, *given: Any) -> Any:
            done.argon2 += step is not passwords._decoy
            return await in_thread(step, *given)

        patch.setattr(passwords, "_in_thread", counted)
        yield done


async def answer(town: Town, mutation: str, **values: str) -> Any:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ userErrors {{ code message path }} }} }}"
    return (await town.post({"query": document, "variables": {"input": values}})).content


ADDRESSES = ("maya@example.org", "nell@example.org", "nobody@example.net")
"""One that is confirmed, one that is only claimed, and one that nobody has."""


@pytest.mark.parametrize(
    ("mutation", "values"),
    [
        ("signUp", {"password": PASSWORD}),
        ("signUp", {"password": "short"}),
        ("requestPasswordReset", {}),
        ("signIn", {"password": "not the password"}),
    ],
    ids=["signUp", "signUp-short", "requestPasswordReset", "signIn"],
)
async def test_an_address_is_answered_with_the_same_work_whether_or_not_it_has_an_account(
    telling: Telling, monkeypatch: pytest.MonkeyPatch, mutation: str, values: dict[str, str]
) -> None:
    town = telling.town
    if mutation == "signIn":
        await Person.all().update(password_hash=await passwords.hashed(PASSWORD))
    answers, works = [], []
    for address in ADDRESSES:
        named = {"name": f"Some {address[:4]}"} if mutation == "signUp" else {}
        with work(monkeypatch) as done:
            answers.append(await answer(town, mutation, address=address, **values, **named))
        works.append(done)
    assert answers == [answers[0]] * 3
    assert works == [works[0]] * 3
    assert works[0].argon2 == (0 if values.get("password") == "short" else 1)
