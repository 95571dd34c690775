"""An organization's mail in its own colours and words: tried before it goes live, obeyed in mails, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.brand import NIGHT, READABLE, VISIBLE, WHITE, brand_of, contrast
from notifier.openings import places_of
from tests.telling import Mail, Telling, mail_to
from tests.town import nothing_changes

OPENING = "opening { id kind language body isLive author { name } publishedAt undoneAt }"
BRAND = "brand { color textColor linkColor logoUrl logo replyTo postalAddress senderName }"
EVERYTHING = {
    "color": "#FFDD00",
    "logoUrl": "https://springfield.example/logo.png",
    "replyTo": "desk@springfield.example",
    "postalAddress": "Town Hall, 1 Main Street",
    "senderName": "Springfield Streets",
}


async def dressed(telling: Telling, **brand: str) -> dict[str, Any]:
    town = telling.town
    values = {"organizationId": town.id_of(town.springfield), "brand": brand}
    payload: dict[str, Any] = await town.done(town.rosa, "updateMailBrand", BRAND, **values)
    return dict(payload["brand"])


async def drafted(telling: Telling, body: str, *, kind: str = "request_closed", language: str = "en") -> str:
    town = telling.town
    values = {"organizationId": town.id_of(town.springfield), "kind": kind, "language": language, "body": body}
    payload = await town.done(town.mark, "draftMailOpening", OPENING, **values)
    assert (payload["opening"]["body"], payload["opening"]["isLive"]) == (body, False)
    return str(payload["opening"]["id"])


async def published(telling: Telling, body: str, **values: str) -> str:
    opening = await drafted(telling, body, **values)
    payload = await telling.town.done(telling.town.rosa, "publishMailOpening", OPENING, openingId=opening)
    assert payload["opening"]["isLive"] is True
    return opening


async def refusal(telling: Telling, mutation: str, **values: Any) -> tuple[str, str]:
    async with nothing_changes():
        payload = await telling.town.mutate(telling.town.rosa, mutation, **values)
    (error,) = payload["userErrors"]
    return error["code"], error["message"]


async def closed(telling: Telling, **report: Any) -> Mail:
    request = await telling.settled(telling.town.maya, **report)
    return mail_to(
        await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Done."), "maya@example.org"
    )


async def test_mail_wears_what_its_organization_chose(telling: Telling) -> None:
    assert await dressed(telling, **EVERYTHING) == {
        **EVERYTHING,
        "color": "#ffdd00",
        "textColor": "#000000",
        "linkColor": "#1d4f91",
        "logo": None,
    }
    mail = await closed(telling)
    assert mail.message["From"].addresses[0].display_name == "Springfield Streets"
    assert mail.message["Reply-To"] == "desk@springfield.example"
    assert 'src="https://springfield.example/logo.png"' in mail.html
    assert "background:#ffdd00" in mail.html
    assert "Town Hall, 1 Main Street" in mail.text.splitlines()
    assert (await dressed(telling, senderName="", color=""))["color"] == "#1d4f91"
    plain = await closed(telling)
    assert plain.message["From"].addresses[0].display_name == "Town of Springfield"
    assert plain.message["Reply-To"] == "desk@springfield.example"


@pytest.mark.parametrize(
    ("brand", "message"),
    [
        ({"color": "red"}, "color must look like #1d4f91."),
        ({"color": "#fff;background:url(x)"}, "color must look like #1d4f91."),
        ({"logoUrl": "http://a.example/l.png"}, "logoUrl must begin with https://"),
        ({"replyTo": "a@b.example\r\nBcc: c@d.example"}, "replyTo"),
        ({"color": "#0b5d66", "postalAddress": "two\nlines"}, "postalAddress"),
    ],
)
async def test_a_look_that_mail_cannot_have_is_refused_whole(
    telling: Telling, brand: dict[str, str], message: str
) -> None:
    place = telling.town.id_of(telling.town.springfield)
    code, told = await refusal(telling, "updateMailBrand", organizationId=place, brand=brand)
    assert (code, message in told) == ("INVALID", True), told


async def test_an_opening_is_tried_published_replaced_and_undone(telling: Telling) -> None:
    town = telling.town
    first = await published(telling, "About {summary} ({number}): thank you, from {organization}.")
    mail = await closed(telling, summary="A lamp")
    assert "About A lamp (#1): thank you, from Town of Springfield." in mail.text.splitlines()
    assert "About A lamp (#1): thank you" in mail.html
    second = await published(telling, "Second.")
    third = await drafted(telling, "Third, a draft.")
    assert "Second." in (await closed(telling)).text.splitlines()
    settings = f'mailSettings(organizationId: "{town.id_of(town.springfield)}") {{ openings {{ id isLive }} }}'
    answer = await town.graphql(town.token(town.rosa), f"{{ {settings} }}")
    assert answer["data"]["mailSettings"]["openings"] == [
        {"id": third, "isLive": False},
        {"id": second, "isLive": True},
        {"id": first, "isLive": False},
    ]
    await town.done(town.rosa, "undoMailOpening", OPENING, openingId=second)
    assert "thank you, from Town of Springfield" in (await closed(telling)).text
    await town.done(town.rosa, "undoMailOpening", OPENING, openingId=first)
    assert "thank you, from" not in (await closed(telling)).text
    assert (await refusal(telling, "undoMailOpening", openingId=first))[0] == "NOT_FOUND"
    await town.done(town.rosa, "publishMailOpening", OPENING, openingId=second)
    assert "Second." in (await closed(telling)).text.splitlines()
    await published(telling, "")
    assert "Second." not in (await closed(telling)).text


async def test_an_opening_is_for_its_kind_and_its_language_alone(telling: Telling) -> None:
    await published(telling, "En español.", language="es")
    await published(telling, "On comments.", kind="request_commented")
    text = (await closed(telling)).text
    assert "En español." not in text
    assert "On comments." not in text
    await telling.town.done(telling.town.maya, "updateProfile", language="es")
    assert "En español." in (await closed(telling)).text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{sumary} is done", "body names {sumary}, which this mail doesn't have; did you mean {summary}?"),
        ("{sumary} is done", "It has {organization}, {number}, {summary}, {category}, {place}, {status}."),
        ("{sumary} is done", "did you mean {summary}?"),
        ("{{ request.url }}", "body has a brace that encloses no name."),
        ("{% if x %}", "body has a brace that encloses no name."),
        ("{summary", "body has a brace that encloses no name."),
        ("{actor}", "body names {actor}, which this mail doesn't have; "),
        ("{reader}", "body names {reader}, which this mail doesn't have. It has {organization}"),
    ],
)
async def test_an_opening_with_a_place_that_does_not_exist_is_refused(
    telling: Telling, body: str, message: str
) -> None:
    values = {"organizationId": telling.town.id_of(telling.town.springfield), "kind": "request_closed"}
    code, told = await refusal(telling, "draftMailOpening", language="en", body=body, **values)
    assert (code, message in told) == ("INVALID", True), told


async def test_what_looks_like_a_template_in_a_fact_stays_what_somebody_typed(telling: Telling) -> None:
    await published(telling, "About {summary}: <b>thanks</b> & so on.")
    mail = await closed(telling, summary="{organization} {{ 7*7 }} <i>")
    assert "About {organization} {{ 7*7 }} <i>: <b>thanks</b> & so on." in mail.text
    assert "About {organization} {{ 7*7 }} &lt;i&gt;: &lt;b&gt;thanks&lt;/b&gt; &amp; so on." in mail.html


async def test_a_look_and_an_opening_are_seen_before_anybody_gets_them(telling: Telling) -> None:
    town = telling.town
    asked = (
        f'previewMail(organizationId: "{town.id_of(town.springfield)}", kind: "request_closed", language: "es",'
        ' opening: "Sobre {summary}.", brand: {color: "#ffdd00"}) { subject html text problems }'
    )
    async with nothing_changes():
        answer = await town.graphql(town.token(town.rosa), f"{{ {asked} }}")
    shown = answer["data"]["previewMail"]
    assert shown["subject"] == "Street light out outside the library (#1042)"
    assert "Sobre Street light out outside the library." in shown["text"]
    assert "Town of Springfield" in shown["text"]
    assert "background:#ffdd00" in shown["html"]
    assert shown["problems"] == []
    wrong = await town.graphql(town.token(town.rosa), f"{{ {asked.replace('{summary}', '{sumary}')} }}")
    assert [error["extensions"]["code"] for error in wrong["errors"]] == ["INVALID"]


@pytest.mark.parametrize("color", ["#ffffff", "#000000", "#ffdd00", "#1f2224", "#0b5d66", "#777777", "#ff0000"])
def test_any_colour_reads_and_is_seen_by_day_and_by_night(color: str) -> None:
    of = brand_of(color)
    assert contrast(of.ink, of.color) >= READABLE
    assert contrast(of.link, WHITE) >= READABLE
    assert min(contrast(of.edge, WHITE), contrast(of.edge, NIGHT)) >= VISIBLE


def test_mail_that_is_about_no_request_has_no_request_to_name() -> None:
    assert places_of("password_reset") == places_of("watch_area_created") == ("organization",)
    assert "summary" in places_of("watch_area_request")
