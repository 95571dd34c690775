"""Reasons -> filters -> decision. Pure: everything it asks was read before.

Each (reason, kind) is filtered alone; of what remains, the strongest reason picks the kind and the soonest cadence
picks the time (rule 2). Run when the event is told, and again just before sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from casework.requests import AddressOrigin
from notifier.cases import Case
from notifier.kinds import KINDS, Kind
from notifier.preferences import Cadence
from notifier.readers import ReaderNow
from notifier.reasons import RESIDENT_REASONS, TYPED_ADDRESS, Reason, Skip


@dataclass(frozen=True)
class Candidate:
    """One reason for one kind, with what the mail may say about it."""

    reason: Reason
    kind: Kind
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A candidate after the filter: `skip` is what speaks against it, if anything."""

    candidate: Candidate
    skip: Skip | None

    def to_json(self) -> dict[str, Any]:
        found = {"reason": self.candidate.reason.value, "kind": self.candidate.kind.key}
        if self.skip is not None:
            found["skip"] = self.skip.value
        return found | ({"details": list(self.candidate.details)} if self.candidate.details else {})


@dataclass(frozen=True)
class Decision:
    """`cadence` and `because` say when and by whose wish; with a `skip`, nothing is sent and `skip` says why."""

    kind: Kind
    reason: Reason
    judged: tuple[Judged, ...]
    cadence: Cadence
    because: str
    skip: Skip | None

    @property
    def remaining(self) -> tuple[Candidate, ...]:
        return tuple(each.candidate for each in self.judged if each.skip is None)


def decide(case: Case, reader: ReaderNow, candidates: Sequence[Candidate]) -> Decision:
    """What becomes of one recipient's reasons to hear of one event. Needs at least one candidate."""
    ordered = sorted(candidates, key=lambda each: each.reason.strength)
    judged = tuple(Judged(each, objection(case, reader, each)) for each in ordered)
    remaining = [each.candidate for each in judged if each.skip is None]
    if not remaining:
        strongest = judged[0]
        return Decision(
            strongest.candidate.kind, strongest.candidate.reason, judged, Cadence.OFF, "skipped", strongest.skip
        )
    soonest = min(remaining, key=lambda each: _SOON[cadence_of(reader, each.kind)])
    cadence = cadence_of(reader, soonest.kind)
    because = "preference" if soonest.kind.key in reader.choices and not soonest.kind.is_account else "default"
    return Decision(remaining[0].kind, remaining[0].reason, judged, cadence, because, None)


_SOON = {cadence: place for place, cadence in enumerate(Cadence)}


def cadence_of(reader: ReaderNow, kind: Kind) -> Cadence:
    choice = reader.choices.get(kind.key) if not kind.is_account else None
    return choice.cadence if choice is not None and choice.cadence is not None else kind.default


def objection(case: Case, reader: ReaderNow, candidate: Candidate) -> Skip | None:
    """The first thing, in the order of rule 12, that speaks against telling this reader for this reason."""
    if candidate.kind.is_account:
        return _account_objection(case, reader)
    return _request_objection(case, reader, candidate)


def _request_objection(case: Case, reader: ReaderNow, candidate: Candidate) -> Skip | None:
    kind, reason, request = candidate.kind, candidate.reason, case.request
    by_actor = reader.person is not None and reader.person.id == case.event.occasion.actor_id
    if by_actor and not kind.receipt and not reader.wants_own_actions:
        return Skip.ACTOR
    if kind.for_staff and not reader.is_staff and reason not in TYPED_ADDRESS:
        return Skip.NOT_STAFF
    if case.is_private and reason in (Reason.FOLLOWER, Reason.WATCH_AREA) and not _may_see(case, reader, reason):
        return Skip.PRIVATE
    if not _is_closed(reader) and not _is_confirmed(case, reader, reason):
        return Skip.UNCONFIRMED
    if reader.muted_until is not None and case.event_id < reader.muted_until and reason in RESIDENT_REASONS:
        return Skip.MUTED
    if (choice := reader.choices.get(kind.key)) and choice.silences(case.event.occasion.at):
        return Skip.PREFERENCE_OFF
    if request is not None and kind.key in request.category.switched_off_kinds:
        return Skip.SWITCHED_OFF
    if reader.is_suppressed:
        return Skip.SUPPRESSED
    if reason in (Reason.FOLLOWER, Reason.STAFF_SUBSCRIBER) and not _still_following(case, reader):
        return Skip.NOT_FOLLOWING
    if _is_closed(reader):
        return Skip.ACCOUNT_CLOSED
    if request is not None and not kind.still_true(case.event, request, reader.recipient.person_id):
        return Skip.NO_LONGER_TRUE
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


def _is_closed(reader: ReaderNow) -> bool:
    return reader.recipient.person_id is not None and (reader.person is None or reader.person.closed_at is not None)


def _may_see(case: Case, reader: ReaderNow, reason: Reason) -> bool:
    """Private requests are for their reporter and staff; a watch area never matches one, whoever owns it (rule 4)."""
    if reason is Reason.WATCH_AREA or case.request is None or reader.person is None:
        return False
    return reader.is_staff or case.request.reporter_id == reader.person.id


def _still_following(case: Case, reader: ReaderNow) -> bool:
    """A follow that ended and began anew does not bring back what was unsent before (rule 8)."""
    return reader.following_since is not None and reader.following_since <= case.event_id


def candidates_from_json(rows: Sequence[dict[str, Any]]) -> list[Candidate]:
    """The candidates that a notification row keeps; those of kinds this version no longer knows are left out."""
    return [
        Candidate(Reason(row["reason"]), KINDS[row["kind"]], tuple(row.get("details", ())))
        for row in rows
        if row["kind"] in KINDS
    ]
