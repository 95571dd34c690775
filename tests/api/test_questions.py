"""A category asks, those who report answer, and private answers stay with staff and whoever gave them."""

from __future__ import annotations

from typing import Any

from casework.history import HistoryRow
from casework.people import Person
from tests.telling import Telling, mail_to
from tests.town import Town, nothing_changes

QUESTIONS = [
    {
        "code": "wrong",
        "prompt": "What is wrong with the lamp?",
        "datatype": "SINGLEVALUELIST",
        "required": True,
        "choices": [{"key": "dark", "name": "It stays dark"}, {"key": "on", "name": "It never goes off"}],
    },
    {"code": "phone", "prompt": "Where can we call you?", "private": True},
]
ANSWERS = [{"code": "phone", "values": ["555 0100"]}, {"code": "wrong", "values": ["dark"]}]
SHOWN = "answers { code prompt isPrivate values { key name } }"
WRONG = {
    "code": "wrong",
    "prompt": "What is wrong with the lamp?",
    "isPrivate": False,
    "values": [{"key": "dark", "name": "It stays dark"}],
}
PHONE = {
    "code": "phone",
    "prompt": "Where can we call you?",
    "isPrivate": True,
    "values": [{"key": "555 0100", "name": "555 0100"}],
}


async def ask(town: Town, questions: list[dict[str, Any]] = QUESTIONS) -> dict[str, Any]:
    payload = await town.done(
        town.rosa,
        "updateRequestCategory",
        "requestCategory { questions { code prompt hint datatype required variable isPrivate choices { key name } } }",
        categoryId=town.id_of(town.lights),
        questions=questions,
    )
    return dict(payload["requestCategory"])


async def answers_to(town: Town, person: Person | None, request_id: str) -> list[dict[str, Any]]:
    found = await town.ask(person, f'{{ request(id: "{request_id}") {{ {SHOWN} }} }}')
    return list(found["request"]["answers"])


async def test_a_guest_reads_what_is_asked_before_they_report(town: Town) -> None:
    asked = await ask(town)
    assert [question["code"] for question in asked["questions"]] == ["wrong", "phone"]
    found = await town.ask(
        None, '{ requestCategories(organization: "springfield") { name questions { code required } } }'
    )
    assert {each["name"]: each["questions"] for each in found["requestCategories"]} == {
        "Complaints": [],
        "Potholes": [],
        "Street lights": [{"code": "wrong", "required": True}, {"code": "phone", "required": False}],
    }


async def test_an_answer_is_seen_by_everyone_and_a_private_one_by_staff_and_the_reporter(town: Town) -> None:
    await ask(town)
    request = await town.report(categoryId=town.id_of(town.lights), answers=ANSWERS)
    assert await answers_to(town, town.maya, request) == [WRONG, PHONE]
    assert await answers_to(town, town.tom, request) == [WRONG, PHONE]
    for outsider in (None, town.ines, town.nell, town.otto):
        assert await answers_to(town, outsider, request) == [WRONG]


async def test_a_report_without_a_required_answer_is_refused_and_nothing_is_written(town: Town) -> None:
    await ask(town)
    async with nothing_changes():
        refused = await town.refused(
            town.maya,
            "submitRequest",
            organizationId=town.id_of(town.springfield),
            categoryId=town.id_of(town.lights),
            summary="A lamp",
            answers=[{"code": "phone", "values": ["555 0100"]}],
        )
    assert refused == ("INVALID", ["answers"])


async def test_what_was_answered_keeps_its_question_when_the_category_asks_something_else(town: Town) -> None:
    await ask(town)
    request = await town.report(categoryId=town.id_of(town.lights), answers=ANSWERS)
    await ask(town, [{"code": "pole", "prompt": "Number on the pole", "datatype": "NUMBER"}])
    assert await answers_to(town, town.maya, request) == [WRONG, PHONE]
    await town.done(town.maya, "updateRequest", requestId=request, summary="A dark lamp")
    assert await answers_to(town, town.maya, request) == [WRONG, PHONE]
    pole = [{"code": "pole", "values": ["114"]}]
    for answers in (pole, [{"code": "pole", "values": [" 114 "]}]):  # the second says nothing new
        await town.done(town.maya, "updateRequest", requestId=request, answers=answers)
    assert [each["code"] for each in await answers_to(town, town.maya, request)] == ["pole"]
    assert await HistoryRow.filter(type="RequestUpdated").count() == 2


async def test_an_answer_with_a_held_word_waits_for_staff(town: Town) -> None:
    await ask(town)
    await town.done(town.rosa, "updateOrganization", organizationId=town.id_of(town.springfield), heldWords=["blatt"])
    answers = [{"code": "wrong", "values": ["on"]}, {"code": "phone", "values": ["Blatt"]}]
    request = await town.report(categoryId=town.id_of(town.lights), answers=answers)
    assert await town.ask(town.ines, f'{{ request(id: "{request}") {{ id }} }}') == {"request": None}


async def test_mail_to_staff_has_all_answers_and_other_mail_the_public_ones(telling: Telling) -> None:
    town = telling.town
    await ask(town)
    await town.done(
        town.rosa,
        "updateRequestCategory",
        categoryId=town.id_of(town.lights),
        assigneeId=town.id_of(town.tom),
        routeAddresses=["lamps@springfield.example"],
    )
    await town.report(categoryId=town.id_of(town.lights), answers=ANSWERS)
    mails = await telling.run()
    for mail in (mail_to(mails, "tom@example.org"),):
        for part in (mail.text, mail.html):
            assert "What is wrong with the lamp?" in part
            assert "It stays dark" in part
            assert "555 0100" in part
    for mail in (mail_to(mails, "maya@example.org"), mail_to(mails, "lamps@springfield.example")):
        for part in (mail.text, mail.html):
            assert "It stays dark" in part
            assert "555 0100" not in part
            assert "Where can we call you?" not in part
