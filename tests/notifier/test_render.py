"""What a mail says, in html and text alike, and what nobody can make it say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifier import brand, catalogues, clean, templates
from notifier.facts import OrganizationFacts, RequestFacts
from notifier.render import Line, Reader, Rendered, render, render_bundle, render_shared
from notifier.samples import LAMP, MARLOW, OTHER_LAMP, bundle, reader, sample
from notifier.words import languages, words_in
from tests.notifier.reading_mail import Page

KINDS = templates.kinds()
ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def mail(kind: str, language: str = "en", **changes: object) -> Rendered:
    facts, who = sample(kind, language)
    return render(replace(facts, **changes), who)  # type: ignore[arg-type]


def test_the_account_mails_have_the_subjects_that_were_agreed() -> None:
    assert mail("member_invited").subject == "A Curbcast account has been created on your behalf"
    assert mail("member_added").subject == "You've been added to the Town of Marlow organization on Curbcast"


def test_a_long_summary_gives_way_in_the_subject_and_the_facts_stay() -> None:
    long = replace(LAMP, summary="The street light outside the library has been flickering since the storm of Sunday")
    assert mail("request_closed", request=long).subject == (
        "The street light outside the library has been flickering since the… (#1042)"
    )


def test_a_subject_is_text_and_not_markup() -> None:
    request = replace(LAMP, summary="Bins & <b>benches</b>\r\nBcc: all@example.com\u2028\u202egnp")
    assert mail("request_closed", request=request).subject == ("Bins & <b>benches</b> Bcc: all@example.com gnp (#1042)")


HOSTILE = (
    "{{7*7}} {% if x %} <script>alert(1)</script> <mj-text>hi</mj-text> & \"'< qx1xq <!--qx1xq--> \x020\x03\x00\x1b[1m"
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_type_stays_what_they_typed(kind: str) -> None:
    facts, who = sample(kind, "en")
    if facts.request is None:
        facts = replace(facts, organization=replace(MARLOW, name=HOSTILE))
    else:
        facts = replace(
            facts,
            actor=HOSTILE,
            text=HOSTILE if facts.text else None,
            request=replace(facts.request, summary=HOSTILE, description=HOSTILE, address=HOSTILE, category=HOSTILE),
        )
    rendered = render(facts, replace(who, name=HOSTILE))
    harmless = clean.text(HOSTILE)
    page = Page(rendered.html)
    assert page.all("script") == page.all("mj-text") == []
    assert harmless in page.text
    assert harmless in rendered.text
    assert "49" not in rendered.text


def test_a_comment_is_told_in_full_with_its_lines_and_nothing_else_can_look_like_ours() -> None:
    comment = "First line\r\n\r\n  second, indented\rWhy you get this mail\nhttps://example.com/?a=1&b=2"
    rendered = mail("request_closed", text=comment)
    assert (
        "> First line\n>\n>   second, indented\n> Why you get this mail\n> https://example.com/?a=1&b=2\n"
    ) in rendered.text
    assert "First line<br />" in rendered.html
    assert "https://example.com/?a=1&amp;b=2" in rendered.html
    assert 'href="https://example.com' not in rendered.html


def test_an_eight_thousand_character_comment_is_told_whole_and_below_the_clipping_size() -> None:
    comment = ("All of this matters. 🚧 مرحبا & so on. " * 250)[:8000]
    rendered = mail("request_commented", text=comment)
    assert comment.strip() in Page(rendered.html).text
    assert f"> {comment.strip()}" in rendered.text
    assert len(rendered.html.encode()) < 100_000


@pytest.mark.parametrize(
    ("reasons", "sentences"),
    [
        (("assignee",), ["This request is assigned to you."]),
        (("mentioned", "assignee"), ["You were mentioned in this comment.", "This request is assigned to you."]),
        (("route_address",), ["Town of Marlow sends requests of this category to this address."]),
        (
            ("reporter", "follower", "watch_area"),
            [
                "You reported this request.",
                "You follow this request.",
                "This request is inside an area that you watch: Elm Park and Old Harbour.",
            ],
        ),
    ],
)
def test_a_mail_names_every_reason_strongest_first(reasons: tuple[str, ...], sentences: list[str]) -> None:
    facts, _ = sample("request_closed", "en")
    rendered = render(facts, reader("Maya", reasons))
    assert "Why you get this mail\n" + "\n".join(sentences) + "\n\n" in rendered.text


def test_a_reason_without_a_sentence_is_an_error() -> None:
    facts, _ = sample("request_closed", "en")
    with pytest.raises(KeyError, match="boredom"):
        render(facts, reader("Maya", ("boredom",)))


def test_the_ways_down_are_those_that_the_reader_has() -> None:
    facts, who = sample("request_closed", "en")
    everything = render(facts, who).text
    assert everything.count("Mute this request: https://marlow.example/u/m7Qw\n") == 1
    assert everything.count("Choose which mails you get, and when: https://marlow.example/preferences/p3Xz\n") == 1
    assert everything.count("Stop mails of this kind: https://marlow.example/u/t9Rk\n") == 1
    nothing = render(facts, replace(who, links={})).text
    assert [word for word in ("Mute", "Choose", "Stop") if word in nothing] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if sample(kind, "en")[1].reasons == ("account",)])
def test_account_mail_offers_no_way_to_stop_it(kind: str) -> None:
    assert "Stop mails" not in mail(kind).html


def test_a_bare_address_is_greeted_without_a_name() -> None:
    facts, who = sample("staff_request_submitted", "en")
    assert render(facts, replace(who, name=None)).text.startswith("Hello,\n")


def test_a_reader_may_have_a_link_of_their_own_to_the_request() -> None:
    facts, who = sample("request_closed", "en")
    own = replace(who, links={**who.links, "request": "https://marlow.example/requests/1042?as=guest"})
    assert "See this request: https://marlow.example/requests/1042?as=guest\n" in render(facts, own).text


def test_a_typed_address_hears_who_typed_it_and_why() -> None:
    rendered = mail("request_submitted", extra={"typed_by": "Rosa Delgado"})
    assert "Rosa Delgado gave us your address when writing down this report for you" in rendered.text


def test_a_merged_request_points_to_the_survivor() -> None:
    rendered = mail("request_merged")
    assert rendered.text.count("#1037 Dark lamp on Elm Street\n") == 1
    assert "See request #1037: https://marlow.example/requests/1037\n" in rendered.text


def test_a_private_survivor_is_not_described() -> None:
    rendered = mail("request_merged", extra={"survivor": None})
    assert "As that request isn't public, we can't tell you more about it" in rendered.text
    assert "1037" not in rendered.html + rendered.text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("request_")])
def test_residents_are_never_told_a_due_date(kind: str) -> None:
    due = datetime(2031, 5, 17, 12, tzinfo=UTC)
    request = replace(LAMP, due_at=due)
    rendered = mail(kind, request=request, extra={"survivor": replace(OTHER_LAMP, due_at=due)})
    assert "2031" not in rendered.html + rendered.text


def test_a_due_date_is_told_before_and_after_in_the_towns_time() -> None:
    old, new = datetime(2025, 6, 30, 3, 30, tzinfo=UTC), datetime(2025, 7, 1, 16, tzinfo=UTC)
    rendered = mail("staff_due_date_changed", extra={"old_due_at": old, "new_due_at": new})
    assert (
        "Before: Sunday, June 29, 2025 at 11:30\u00a0PM\nNow: Tuesday, July 1, 2025 at 12:00\u00a0PM\n" in rendered.text
    )
    spanish = mail("staff_due_date_changed", "es", extra={"old_due_at": None, "new_due_at": new})
    assert "Antes: sin plazo\nAhora: martes, 1 de julio de 2025, 12:00\n" in spanish.text
    removed = mail("staff_due_date_changed", extra={"old_due_at": old, "new_due_at": None})
    assert removed.text.startswith("Hello Tom Okafor,\n\nRosa Delgado removed the due date\n")


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        mail("request_closed", occurred_at=datetime(2025, 6, 3))  # noqa: DTZ001


def test_nobody_named_reads_well_too() -> None:
    assert mail("request_closed", actor=None).text.startswith("Hello Maya Lindqvist,\n\nThis request was closed\n")


def test_a_status_change_looks_different_from_a_comment() -> None:
    assert "background:#00703c" in mail("request_closed").html.replace(" ", "")
    assert "#00703c" not in mail("request_commented").html


def test_a_picture_is_shown_only_from_the_web() -> None:
    shown = mail("request_closed").html
    assert shown.count('src="https://marlow.example/photos/1042.jpg"') == 1
    other = replace(LAMP, photo_url="javascript:alert(1)")
    assert other.photo_url is None
    assert Page(mail("request_closed", request=other).html).all("img") == []


def test_a_bundle_of_one_deed_is_told_as_such() -> None:
    lines, who = bundle("en", 12)
    rendered = render_bundle(lines).filled(who)
    assert rendered.subject == "Rosa Delgado closed 12 requests"
    assert rendered.text.count("New lamp fitted") == 1
    assert [rendered.text.count(f"#{number} Street light") for number in range(1042, 1054)] == [1] * 12
    assert render_bundle(bundle("es", 12)[0]).subject == "Rosa Delgado cerró 12 solicitudes"


def test_a_bundle_of_several_deeds_tells_each() -> None:
    lines, who = bundle("en", 3, mixed=True)
    rendered = render_bundle(lines).filled(who)
    assert rendered.subject == "3 updates from Town of Marlow"
    assert "Rosa Delgado closed this request\n" in rendered.text
    assert "Maya Lindqvist commented on this request\n" in rendered.text
    assert "> It went dark again last night.\n" in rendered.text


def test_a_bundle_speaks_of_several_requests_in_its_reasons() -> None:
    lines, who = bundle("en")
    assert "At least one of these is assigned to you.\n" in render_bundle(lines).filled(who).text


def test_a_bundle_needs_a_line() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        render_bundle([])


def test_a_bundle_of_hostile_lines_stays_inert() -> None:
    facts, who = sample("request_closed", "en")
    request = replace(LAMP, summary=HOSTILE)
    lines = [Line(replace(facts, request=request, text=f"{HOSTILE} {n}", actor=HOSTILE)) for n in range(3)]
    page = Page(render_bundle(lines).filled(who).html)
    assert page.all("script") == page.all("mj-text") == []
    assert [page.text.count(f"{clean.text(HOSTILE)} {n}") for n in range(3)] == [1, 1, 1]


def test_readers_of_one_shape_share_one_rendering() -> None:
    facts, who = sample("request_closed", "en")
    letter = render_shared(facts)
    other = replace(who, name="Ines", reason_details={"watch_area": ("Mill <Lane>", "B")})
    assert letter.shape(who) is letter.shape(other)
    assert letter.shape(who) is not letter.shape(replace(who, name=None))
    assert letter.filled(other) == render(facts, other)
    assert "Mill &lt;Lane&gt; and B." in letter.filled(other).html
    assert "Hello Ines,\n" in letter.filled(other).text


def test_only_the_latest_shapes_are_kept() -> None:
    facts, who = sample("request_closed", "en")
    letter = render_shared(facts)
    first = letter.shape(who)
    for count in range(1, 40):
        letter.shape(replace(who, reason_details={"watch_area": ("Elm Park",) * (count + 2)}))
    assert letter.shape(who) is not first


def test_no_message_is_missing_from_a_catalogue() -> None:
    said = catalogues.messages()
    assert [(language, gap) for language in languages() for gap in catalogues.missing(language, said)] == []


@pytest.mark.parametrize("language", languages())
def test_translations_keep_the_names_of_their_values(language: str) -> None:
    for message in catalogues.read_catalogue(language):
        told = [message.string] if isinstance(message.string, str) else list(message.string or ())
        asked = message.id if isinstance(message.id, str) else message.id[0]
        wrong = [one for one in told if set(re.findall(r"%\((\w+)\)s", one)) != set(re.findall(r"%\((\w+)\)s", asked))]
        assert not message.id or wrong == []


def test_a_language_without_a_catalogue_is_english_and_a_region_speaks_its_language() -> None:
    assert words_in("tlh").language == "en"
    assert words_in("es-MX").language == "es"


@pytest.mark.parametrize("color", ["#ffffff", "#000000", "#ffdd00", "#0b5d66", "#777777", "#ff0000"])
def test_any_brand_colour_is_legible(color: str) -> None:
    of = brand.brand_of(color)
    assert brand.contrast(of.ink, of.color) >= brand.READABLE
    assert brand.contrast(of.link, brand.WHITE) >= brand.READABLE


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="color"):
        OrganizationFacts(name="Marlow", time_zone="UTC", color="red;background:url(x)")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("two\r\nlines", "two lines"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("\u202eevil\u2066x\u2069", "evilx"),
        ("nul\x00 esc\x1b half\ud800", "nul esc half"),
        ("ليلى 👩🏽‍🔧", "ليلى 👩🏽‍🔧"),
    ],
)
def test_a_line_is_one_line_without_control_characters(typed: str, line: str) -> None:
    assert clean.line(typed) == line
    assert RequestFacts(1, typed, "", "", None, None, None, "open", "").summary == line
    assert Reader(name=typed).name == line
