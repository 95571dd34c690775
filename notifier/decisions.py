"""Reasons -> filters -> decision. Pure: everything it asks was read before.

Each (reason, kind) is filtered alone; of what remains, the strongest reason picks the kind and the soonest cadence
picks the time (rule 2). Run when the event is told, and again just before sending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from casework.events import PublicCommentAdded
from casework.requests import AddressOrigin
from notifier.area_readers import AreaNow
from notifier.cases import Case
from notifier.kinds import KINDS, Kind
from notifier.preferences import DIGEST, DIGESTED, EVERYTHING, Cadence
from notifier.readers import ReaderNow
from notifier.reasons import RESIDENT_REASONS, TYPED_ADDRESS, Reason, Skip


@dataclass(frozen=True)
class Candidate:
    """One reason for one kind, with what the mail may say about it."""

    reason: Reason
    kind: Kind
    details: tuple[str, ...] = ()
    area_id: int | None = None


class Judged(NamedTuple):
    """A candidate after the filter: `skip` is what speaks against it, if anything."""

    candidate: Candidate
    skip: Skip | None

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"reason": self.candidate.reason.value, "kind": self.candidate.kind.key}
        if self.skip is not None:
            found["skip"] = self.skip.value
        if self.candidate.area_id is not None:
            found["area"] = self.candidate.area_id
        return found | ({"details": list(self.candidate.details)} if self.candidate.details else {})


class Decision(NamedTuple):
    """`cadence` and `because` say when and by whose wish; with a `skip`, nothing is sent and `skip` says why.

    Of a busy morning's digests there are a million: a tuple is made in a third of a frozen dataclass's time.
    """

    kind: Kind
    reason: Reason
    judged: tuple[Judged, ...]
    remaining: tuple[Candidate, ...]
    cadence: Cadence
    because: str
    skip: Skip | None


def decide(case: Case, reader: ReaderNow, candidates: Sequence[Candidate]) -> Decision:
    """What becomes of one recipient's reasons to hear of one event. Needs at least one candidate."""
    ordered = sorted(candidates, key=lambda each: each.reason.strength)
    judged = tuple(Judged(each, objection(case, reader, each)) for each in ordered)
    remaining = tuple(each.candidate for each in judged if each.skip is None)
    if not remaining:
        strongest, skip = judged[0]
        return Decision(strongest.kind, strongest.reason, judged, (), Cadence.OFF, "skipped", skip)
    cadences = [cadence_of(reader, each, case) for each in remaining]
    cadence = min(cadences, key=_SOON.__getitem__)
    soonest = remaining[cadences.index(cadence)]
    because = "preference" if soonest.kind.key in reader.choices and not soonest.kind.is_account else "default"
    return Decision(remaining[0].kind, remaining[0].reason, judged, remaining, cadence, because, None)


_SOON = {cadence: place for place, cadence in enumerate(Cadence)}


def cadence_of(reader: ReaderNow, candidate: Candidate, case: Case) -> Cadence:
    """The area's own cadence beats the kind's, which beats the default (rule 8)."""
    kind = candidate.kind
    if kind.is_account:
        return kind.default
    area = _area(reader, candidate)
    if area is not None and area.choice.cadence is not None:
        return area.choice.cadence
    choice = reader.choices.get(kind.key)
    return choice.cadence if choice is not None and choice.cadence is not None else _default(kind, case)


def _default(kind: Kind, case: Case) -> Cadence:
    """The row's; an organization can have sent at once what is off by default."""
    switched_on = case.organization is not None and kind.key in case.organization.switched_on_kinds
    return Cadence.IMMEDIATE if switched_on and kind.default is Cadence.OFF else kind.default


def objection(case: Case, reader: ReaderNow, candidate: Candidate) -> Skip | None:
    """The first thing, in the order of rule 12, that speaks against telling this reader for this reason."""
    if candidate.kind.is_account:
        return _account_objection(case, reader)
    return _request_objection(case, reader, candidate)


def _request_objection(case: Case, reader: ReaderNow, candidate: Candidate) -> Skip | None:
    for skip, speaks_against in _OBJECTIONS:
        if speaks_against(case, reader, candidate):
            return skip
    return None


def _account_objection(case: Case, reader: ReaderNow) -> Skip | None:
    """Account mail goes whatever anybody wishes, unless there is no account any more or the link was used already."""
    if _is_closed(reader):
        return Skip.ACCOUNT_CLOSED
    return Skip.NO_LONGER_TRUE if case.ticket is not None and case.ticket.used_at is not None else None


def _is_confirmed(case: Case, reader: ReaderNow, reason: Reason) -> bool:
    """An account must have confirmed its address, one that staff typed need not be.

    A guest's own counts from when its reader said "yes, that was me", also where an account has it (rule 5).
    """
    request = case.request
    if (
        reason is Reason.REPORTER
        and request is not None
        and request.reporter_id is None
        and request.reporter_address_origin is AddressOrigin.GUEST
    ):
        return reader.guest_since is not None and reader.guest_since <= case.event.occasion.at
    return reader.person is None or reader.person.confirmed_at is not None


def _is_actor(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    by_actor = reader.person is not None and reader.person.id == case.event.occasion.actor_id
    return by_actor and not candidate.kind.receipt and not reader.wants_own_actions


def _is_no_staff(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    return candidate.kind.for_staff and not reader.is_staff and candidate.reason not in TYPED_ADDRESS


def _is_hidden(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    """Private requests are for their reporter and staff; a watch area never matches one, whoever owns it (rule 4)."""
    if not case.is_private or candidate.reason not in (Reason.FOLLOWER, Reason.WATCH_AREA):
        return False
    if candidate.reason is Reason.WATCH_AREA or case.request is None or reader.person is None:
        return True
    return not reader.is_staff and case.request.reporter_id != reader.person.id


def _is_unconfirmed(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    return not _is_closed(reader) and not _is_confirmed(case, reader, candidate.reason)


def _is_muted(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    silenced = reader.muted_until is not None and case.event_id < reader.muted_until
    return silenced and candidate.reason in RESIDENT_REASONS


def _is_off(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    """Its kind is off, or digests are and it would wait for one, or everything is."""
    chosen = reader.choices
    if not chosen:
        return False
    names = [candidate.kind.key, EVERYTHING]
    if DIGEST in chosen and cadence_of(reader, candidate, case) in DIGESTED:
        names.append(DIGEST)
    return any(chosen[name].silences(case.event.occasion.at) for name in names if name in chosen)


def _is_area_off(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    area = _area(reader, candidate)
    return area is not None and area.choice.silences(case.event.occasion.at)


def _is_unwanted_comment(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    area = _area(reader, candidate)
    return area is not None and isinstance(case.event, PublicCommentAdded) and not area.wants_comments


def _is_switched_off(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    """By the category; or a kind that is off by default was switched on by nobody."""
    kind = candidate.kind
    if case.request is not None and kind.key in case.request.category.switched_off_kinds:
        return True
    return cadence_of(reader, candidate, case) is Cadence.OFF


def _is_suppressed(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    return reader.is_suppressed


def _is_not_following(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    """A follow that ended and began anew does not bring back what was unsent before (rule 8)."""
    if candidate.reason in (Reason.FOLLOWER, Reason.STAFF_SUBSCRIBER):
        return not _since(reader.following_since, case)
    area = _area(reader, candidate)
    return area is not None and not area.is_owner and not _since(area.following_since, case)


def _is_of_a_deleted_area(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    """The owner's lines are dropped; followers still get theirs (rule 8)."""
    area = _area(reader, candidate)
    return area is not None and area.is_owner and area.is_deleted


def _is_of_a_closed_account(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    return _is_closed(reader)


def _is_no_longer_true(case: Case, reader: ReaderNow, candidate: Candidate) -> bool:
    return not candidate.kind.still_true(case, reader.recipient.person_id)


def _is_closed(reader: ReaderNow) -> bool:
    return reader.recipient.person_id is not None and (reader.person is None or reader.person.closed_at is not None)


def _since(began: int | None, case: Case) -> bool:
    return began is not None and began <= case.event_id


def _area(reader: ReaderNow, candidate: Candidate) -> AreaNow | None:
    return reader.areas.get(candidate.area_id) if candidate.area_id is not None else None


_OBJECTIONS: tuple[tuple[Skip, Callable[[Case, ReaderNow, Candidate], bool]], ...] = (
    (Skip.ACTOR, _is_actor),
    (Skip.NOT_STAFF, _is_no_staff),
    (Skip.PRIVATE, _is_hidden),
    (Skip.UNCONFIRMED, _is_unconfirmed),
    (Skip.MUTED, _is_muted),
    (Skip.PREFERENCE_OFF, _is_off),
    (Skip.AREA_OFF, _is_area_off),
    (Skip.COMMENTS_OFF, _is_unwanted_comment),
    (Skip.SWITCHED_OFF, _is_switched_off),
    (Skip.SUPPRESSED, _is_suppressed),
    (Skip.NOT_FOLLOWING, _is_not_following),
    (Skip.AREA_DELETED, _is_of_a_deleted_area),
    (Skip.ACCOUNT_CLOSED, _is_of_a_closed_account),
    (Skip.NO_LONGER_TRUE, _is_no_longer_true),
)
"""Rule 12 as it is written: the first that speaks against it is the one recorded."""


def candidates_from_json(rows: Sequence[dict[str, Any]]) -> list[Candidate]:
    """The candidates that a notification row keeps; those of kinds this version no longer knows are left out."""
    return [
        Candidate(Reason(row["reason"]), KINDS[row["kind"]], tuple(row.get("details", ())), row.get("area"))
        for row in rows
        if row["kind"] in KINDS
    ]
