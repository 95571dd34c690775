"""Made-up mails for previews, tests and benches: the town of Marlow, where Maya reports, Ines watches, Tom repairs and
Rosa routes. Nothing here is anybody's data."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from notifier.facts import AreaFacts, Facts, Line, OrganizationFacts, Reader, RequestFacts, WorkOrderFacts
from notifier.logos import logo_of, logo_picture
from notifier.pictures import Picture

SITE = "https://marlow.example"
NOW = datetime(2025, 6, 3, 18, 5, tzinfo=UTC)

MARLOW = OrganizationFacts(
    name="Town of Marlow",
    time_zone="America/New_York",
    color="#0b5d66",
    postal_address="Town Hall, 1 Main Street, Marlow, MA 02301",
)

LAMP = RequestFacts(
    number=1042,
    summary="Street light out outside the library",
    description="The lamp by the library's side door has been dark since Sunday.\nIt is pitch black there at six.",
    category="Street lights",
    address="12 Elm Street",
    lat=42.36012,
    lng=-71.05891,
    status="open",
    url=f"{SITE}/requests/1042",
    photo_url=f"{SITE}/photos/1042.jpg",
    reporter_name="Maya Lindqvist",
    due_at=NOW + timedelta(days=3),
    answers=(("What is wrong with the lamp?", "It stays dark"), ("Number on the pole", "E-114")),
)

OTHER_LAMP = replace(
    LAMP,
    number=1037,
    summary="Dark lamp on Elm Street",
    description="No light at all between the library and the corner.",
    url=f"{SITE}/requests/1037",
    photo_url=None,
    reporter_name="Ines Duarte",
    answers=(),
)

LAMP_WORK = WorkOrderFacts(
    number=7,
    summary="Fit a new lamp at the library",
    description="Bring the lift. The key to the side door is with the front desk.",
    due_at=NOW + timedelta(days=1),
)

_STATUS = {"acknowledged": "acknowledged", "closed": "closed", "reopened": "open", "merged": "archived"}

# What only some kinds have: who did it, what they said, and `extra`.
TEXTS = {
    "staff_request_acknowledged": "Tom goes there on Thursday with the lift.",
    "request_acknowledged": "Thanks for telling us. Tom goes there on Thursday with the lift.",
    "staff_request_closed": "New lamp fitted, and the timer set to dusk.\nThe old one had water in it.",
    "request_closed": "New lamp fitted, and the timer set to dusk.\nThe old one had water in it.",
    "staff_request_reopened": "It went dark again last night.",
    "request_reopened": "It went dark again last night.",
    "staff_internal_comment": "The lift is in the workshop until Wednesday. Call Ayşe about the spare one.",
    "staff_mentioned": "@tom can you take the lift on Thursday? The key is with the front desk.",
    "staff_public_comment": "The one across the street flickers, too.",
    "request_commented": "The one across the street flickers, too.",
    "staff_request_merged": "Same lamp.",
    "request_merged": "Same lamp as in the other report.",
    "watch_area_activity": "New lamp fitted, and the timer set to dusk.",
}
_BY_MAYA = frozenset({"staff_request_submitted", "staff_request_reopened", "staff_public_comment", "request_submitted"})
_BY_INES = frozenset({"request_commented", "request_reopened", "request_followed"})
_EXTRA: dict[str, Mapping[str, Any]] = {
    "staff_request_submitted": {"assignee": "Tom Okafor"},
    "staff_request_recategorized": {
        "old_category": "Parks",
        "new_category": "Street lights",
        "assignee": "Tom Okafor",
    },
    "staff_due_date_changed": {"old_due_at": NOW + timedelta(days=3), "new_due_at": NOW + timedelta(days=1)},
    "staff_sla_breached": {"deadline": NOW - timedelta(minutes=65), "assignee": "Tom Okafor"},
    "staff_sla_warning": {"deadline": NOW + timedelta(hours=2)},
    "staff_work_order_assigned": {"work_order": LAMP_WORK},
    "staff_work_order_due_at_changed": {
        "work_order": LAMP_WORK,
        "old_due_at": NOW + timedelta(days=3),
        "new_due_at": LAMP_WORK.due_at,
    },
    "staff_request_merged": {"survivor": OTHER_LAMP},
    "request_merged": {"survivor": OTHER_LAMP},
    "watch_area_activity": {"move": "closed"},
}
_ACCOUNT: dict[str, Mapping[str, Any]] = {
    "member_invited": {"action_url": f"{SITE}/join/abc", "inviter": "Rosa Delgado"},
    "member_added": {"action_url": f"{SITE}/sign-in", "inviter": "Rosa Delgado"},
    "password_reset": {"action_url": f"{SITE}/reset/abc"},
    "confirm_email": {"action_url": f"{SITE}/confirm/abc", "request": LAMP},
    "account_exists": {"action_url": f"{SITE}/sign-in"},
    "address_changed": {"action_url": f"{SITE}/help/account"},
}
ELM_PARK = AreaFacts(
    name="Elm Park",
    km2=1.25,
    keywords='light "bus stop"',
    categories=("Street lights",),
    with_comments=False,
    matches=7,
)
_AREA_ITSELF = frozenset({"watch_area_created", "watch_area_followed"})
_REASONS = {
    "staff_request_submitted": ("assignee", "route_address"),
    "staff_request_recategorized": ("assignee",),
    "staff_sla_breached": ("escalate_address",),
    "staff_mentioned": ("mentioned", "assignee"),
    "staff_request_reopened": ("was_assignee", "staff_subscriber"),
    "request_submitted": ("reporter",),
    "request_followed": ("follower",),
    "request_commented": ("reporter",),
    "watch_area_created": ("confirmation",),
    "watch_area_followed": ("confirmation",),
    "watch_area_request": ("watch_area",),
    "watch_area_activity": ("watch_area",),
}


def sample(kind: str, language: str) -> tuple[Facts, Reader]:
    """An ordinary mail of a kind. Any kind will do: what isn't known here looks like a comment."""
    if kind in _ACCOUNT:
        return _account(kind, language)
    actor = "Maya Lindqvist" if kind in _BY_MAYA else "Ines Duarte" if kind in _BY_INES else "Rosa Delgado"
    status = _STATUS.get(kind.rsplit("_", 1)[-1], "open")
    about_area = kind in _AREA_ITSELF
    facts = Facts(
        kind=kind,
        language=language,
        product="Curbcast",
        organization=MARLOW,
        request=replace(LAMP, status=status) if not about_area else None,
        actor=actor,
        occurred_at=NOW,
        text=TEXTS.get(kind),
        extra={"area": ELM_PARK} if about_area else _EXTRA.get(kind, {}),
    )
    staff = kind.startswith("staff_")
    reasons = _REASONS.get(kind, ("assignee",) if staff else ("follower", "watch_area"))
    who = reader("Tom Okafor" if staff else "Maya Lindqvist", reasons)
    if staff or about_area:  # only what residents hear of a request can be muted
        who = replace(who, links={name: link for name, link in who.links.items() if name != "mute"})
    return facts, who


def sample_logo() -> Picture:
    """The town's logo, as if somebody had uploaded it: a lamp, and its name in dark letters on nothing."""
    drawn = Image.new("RGBA", (640, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((66, 60, 78, 196), fill="#0b5d66")
    pen.ellipse((30, 0, 114, 84), fill="#ffbf00", outline="#0b5d66", width=10)
    pen.text((150, 50), "Marlow", fill="#0b0c0c", font=ImageFont.load_default(130))
    file = BytesIO()
    drawn.save(file, "PNG")
    return logo_picture(logo_of(b64encode(file.getvalue()).decode(), "logo"))


def reader(name: str | None, reasons: tuple[str, ...]) -> Reader:
    """Somebody in Marlow with every link; who watches, watches two areas."""
    return Reader(
        name=name,
        reasons=reasons,
        reason_details={"watch_area": ("Elm Park", "Old Harbour")} if "watch_area" in reasons else {},
        links={
            "mute": f"{SITE}/u/m7Qw",
            "preferences": f"{SITE}/preferences/p3Xz",
            "unsubscribe": f"{SITE}/u/t9Rk",
        },
    )


def bundle(language: str, count: int = 12, *, mixed: bool = False) -> tuple[list[Line], Reader]:
    """Rosa closed some requests at once; or, mixed, several things happened."""
    kinds = ("staff_request_closed", "staff_public_comment", "staff_request_reopened") if mixed else ()
    lines = []
    for place in range(count):
        facts, _ = sample(kinds[place % 3] if kinds else "staff_request_closed", language)
        lamp = replace(
            facts.request or LAMP,
            number=1042 + place,
            summary=f"Street light {place + 1} is out",
            address=f"{place * 2 + 2} Elm Street",
            url=f"{SITE}/requests/{1042 + place}",
        )
        lines.append(Line(replace(facts, request=lamp, occurred_at=NOW + timedelta(minutes=place))))
    who = reader("Tom Okafor", ("assignee", "staff_subscriber"))
    return lines, replace(who, links={key: url for key, url in who.links.items() if key != "mute"})


def _account(kind: str, language: str) -> tuple[Facts, Reader]:
    facts = Facts(
        kind=kind,
        language=language,
        product="Curbcast",
        organization=MARLOW,
        request=None,
        actor=None,
        occurred_at=NOW,
        extra=_ACCOUNT[kind],
    )
    return facts, Reader("Maya Lindqvist", ("account",))
