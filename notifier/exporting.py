"""What is held about a person's mail, for that person alone."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q

from casework.access import Viewer
from casework.exporting import columns
from casework.people import Person
from notifier.kinds import CATALOGUE
from notifier.notifications import Notification
from notifier.preferences import AreaChoice, Preference, ReaderSettings
from notifier.suppression import Suppression

_SETTINGS = (
    "own_actions",
    "text_only",
    "digest_map",
    "digest_hour",
    "digest_weekday",
    "quiet_from",
    "quiet_until",
    "vacation_from",
    "vacation_until",
)


async def mail_about(viewer: Viewer, person: Person) -> dict[str, Any]:
    """JSON types by noun. Staff mail is an organization's own once they have left it (rule 3)."""
    inside = Q(kind__not_in=[kind.key for kind in CATALOGUE if kind.for_staff])
    told = Notification.filter(inside | Q(event__organization_id__in=viewer.staffed), person_id=person.id).order_by(
        "id"
    )
    choices = Preference.filter(recipient=f"person:{person.id}").order_by("kind")
    stopped = Suppression.filter(address=person.address) if person.address is not None else Suppression.filter(id=0)
    by_area = AreaChoice.filter(person_id=person.id).order_by("area_id")
    return {
        "notifications": columns(await told, ("kind", "reason", "state", "skip", "request_id", "occurred_at")),
        "preferences": columns(await choices, ("kind", "cadence", "changed_at")),
        "area_preferences": columns(await by_area, ("area_id", "cadence", "comments", "changed_at")),
        "mail_settings": columns(await ReaderSettings.filter(person_id=person.id), _SETTINGS),
        "suppressions": columns(await stopped, ("cause", "created_at")),
    }
