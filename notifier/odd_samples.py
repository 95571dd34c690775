"""The cases of each kind that templates forget: what nobody knows, what is long, what reads from right to left."""

from __future__ import annotations

from dataclasses import replace

from notifier.facts import Facts, Reader
from notifier.samples import SITE, sample

ARABIC, EMOJI = "ليلى حدّاد", "👩🏽‍🔧 Noor 🚧"
LONG_WORD = "Wasserversorgungsleitungsschachtdeckel" * 4
HOSTILE = "{{7*7}} {% raw %} <script>alert(1)</script> <mj-text>&amp; & \"quoted\" 'single' qx1xq \x020\x03"
LONG_COMMENT = ("A long comment, with a link: https://example.com/a?b=c&d=e. All of it matters. " * 60)[:4000].strip()

PLAIN = "as it comes"


def odd_samples(kind: str, language: str) -> dict[str, tuple[Facts, Reader]]:
    """By name, the ordinary one (`PLAIN`) first."""
    facts, who = sample(kind, language)
    if facts.request is None:
        return {
            PLAIN: (facts, who),
            "right to left": (facts, replace(who, name=ARABIC)),
            "hostile": (facts, replace(who, name=HOSTILE)),
        }
    bare = replace(
        facts.request,
        description="",
        address=None,
        photo_url=None,
        reporter_name=None,
        due_at=None,
        answers=(),
    )
    said = facts.text is not None
    alone = {"on its own": (replace(facts, request=None), who)} if "work_order" in facts.extra else {}
    tells_residents = "survivor" in facts.extra and not kind.startswith("staff_")
    return {
        PLAIN: (facts, who),
        **alone,
        "nobody named, nothing known": (
            replace(facts, actor=None, request=replace(bare, lat=None, lng=None)),
            Reader(None, who.reasons[:1], links={k: v for k, v in who.links.items() if k == "unsubscribe"}),
        ),
        "a place without an address": (replace(facts, request=bare), who),
        "anonymous": (replace(facts, actor=None, request=replace(facts.request, reporter_name=None)), who),
        "no photo": (replace(facts, request=replace(facts.request, photo_url=None)), who),
        "long": (
            replace(
                facts,
                text=LONG_COMMENT if said else None,
                request=replace(facts.request, summary=f"A very long summary about the {LONG_WORD} on Elm Street"),
            ),
            who,
        ),
        "right to left, and emoji": (
            replace(facts, actor=EMOJI, text="مصباح الشارع لا يعمل 🔦\n\nשלום" if said else None),
            replace(who, name=ARABIC),
        ),
        "hostile": (
            replace(
                facts,
                actor=HOSTILE,
                text=f"{HOSTILE}\r\nBcc: everyone@example.com\n\n.\n..\n" if said else None,
                request=replace(
                    facts.request, summary=HOSTILE, description=HOSTILE, address=HOSTILE, answers=((HOSTILE, HOSTILE),)
                ),
                extra={**facts.extra, "typed_by": HOSTILE},
            ),
            replace(who, name=HOSTILE),
        ),
        "private": (
            replace(
                facts,
                request=replace(facts.request, is_private=True, photo_url=None),
                extra={**facts.extra, "survivor": None} if tells_residents else facts.extra,
            ),
            replace(who, links={**who.links, **_photos_of_ones_own(said)}),
        ),
    }


def _photos_of_ones_own(said: bool) -> dict[str, str]:
    """Where one reader finds what not everybody may see: on the request, and with what was said."""
    names = ("photo", "photo_small", "text_photo", "text_photo_small") if said else ("photo", "photo_small")
    return {name: f"{SITE}/photos/{name}.jpg?token=dGhlIHJlYWRlcidzIG93biAmIG5vYm9keSBlbHNlJ3M" for name in names}
