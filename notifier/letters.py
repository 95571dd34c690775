"""A case and a reader -> what the templates fill in. Masking happens here and nowhere else.

Sight      what a class of readers may see: members, residents, bare addresses
facts_of   the same for every reader of one (case, kind, language, sight), so it is rendered once
reader_of  what differs from one recipient to the next
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from casework.access import STAFF_ACTS
from casework.config import Settings
from casework.events import (
    AreaEvent,
    DueDateChanged,
    Event,
    MemberAdded,
    PublicCommentAdded,
    RequestAcknowledged,
    RequestClosed,
    RequestEvent,
    RequestMerged,
    RequestRecategorized,
    RequestReopened,
    SlaBreached,
    SlaNear,
    WorkOrderDueAtChanged,
)
from casework.questions import answers_from
from casework.requests import ServiceRequest
from notifier.branding import organization_facts
from notifier.cases import Case
from notifier.decisions import Candidate
from notifier.envelope import Envelope
from notifier.facts import Facts, OrganizationFacts, Reader, RequestFacts, WorkOrderFacts
from notifier.kinds import Kind
from notifier.links import Links
from notifier.materials import Materials, account_of
from notifier.message_ids import NOTIFICATION, host_of, mail_name, message_id
from notifier.openings import filled_opening
from notifier.photographs import Photographs
from notifier.readers import ReaderNow
from notifier.reasons import RESIDENT_REASONS
from notifier.return_path import delivery_token
from notifier.words import words_in

_MOVES: dict[type[Event], str] = {
    RequestAcknowledged: "acknowledged",
    RequestClosed: "closed",
    RequestReopened: "reopened",
    PublicCommentAdded: "commented",
}
"""What a template for several events calls each of them."""


class Sight(StrEnum):
    MEMBER = "member"
    RESIDENT = "resident"
    ADDRESS = "address"


def sight_of(reader: ReaderNow) -> Sight:
    if reader.person is None:
        return Sight.ADDRESS
    return Sight.MEMBER if reader.is_staff else Sight.RESIDENT


def _threads(case: Case) -> Iterator[str]:
    """The conversation that a mail belongs to: its work order's, or else its request's."""
    if case.work_order is not None:
        yield f"work-order-{case.work_order.id}"
    elif case.request is not None:
        yield f"request-{case.request.id}"


def details_of(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    """What each reason's sentence names, such as all the areas that a request lies in."""
    details: dict[str, tuple[str, ...]] = {}
    for each in candidates:
        if each.details:
            details[each.reason.value] = tuple(dict.fromkeys((*details.get(each.reason.value, ()), *each.details)))
    return details


def language_of(case: Case, reader: ReaderNow) -> str:
    """The reader's own; for an address, the one that the event brings along, or else that of the guest who gave it."""
    if reader.person is not None:
        return reader.person.language
    return str(getattr(case.event, "language", reader.guest_language))


@dataclass(frozen=True)
class Letters:
    """Writes letters for one batch, under one set of settings."""

    settings: Settings
    materials: Materials

    @property
    def links(self) -> Links:
        return Links(self.settings)

    @property
    def _photographs(self) -> Photographs:
        return Photographs(self.links, self.materials.photos)

    def facts_of(self, case: Case, kind: Kind, language: str, sight: Sight) -> Facts:
        """What a reader of this sight is told of the case."""
        request = case.request if not kind.is_account else None
        comment = self.materials.comments.get(getattr(case.event, "comment_id", 0))
        facts = Facts(
            kind=kind.key,
            language=language,
            product=self.settings.product_name,
            organization=self._organization(case),
            request=self._request_facts(case, request, sight) if request is not None else None,
            actor=self._actor(case, kind, request, sight),
            occurred_at=case.event.occasion.at,
            text=comment.body if comment is not None else None,
            text_photo=self._photographs.everybodys(request, comment) if request and comment else None,
            extra=self._account_extra(case) if kind.is_account else self._extra(case, kind, sight),
        )
        opening = self._opening(case, kind, language)
        return replace(facts, opening=filled_opening(opening, facts)) if opening else facts

    def _opening(self, case: Case, kind: Kind, language: str) -> str | None:
        if case.organization is None:
            return None
        return self.materials.openings.get((case.organization.id, kind.key, words_in(language).language))

    def reader_of(self, reader: ReaderNow, candidates: Sequence[Candidate], kind: Kind, case: Case) -> Reader:
        """The recipient's own part: greeting, every remaining reason, and the ways down."""
        links = {} if kind.is_account else self._ways_down(reader, candidates, kind, case)
        return self.addressee(reader, candidates, links)

    def addressee(self, reader: ReaderNow, candidates: Sequence[Candidate], links: Mapping[str, str]) -> Reader:
        """The same with these links."""
        reasons = dict.fromkeys(each.reason for each in candidates)
        return Reader(
            name=self.name_of(reader),
            reasons=tuple(reason.value for reason in reasons),
            reason_details=details_of(candidates),
            links=links,
            text_only=reader.wants_text_only,
        )

    def _ways_down(self, reader: ReaderNow, candidates: Sequence[Candidate], kind: Kind, case: Case) -> dict[str, str]:
        """From all mail down to this request alone."""
        reference, links = self.reference(reader), {}
        areas = [each.area_id for each in candidates if each.area_id is not None]
        request_id = self.mutable(reader, candidates, case)
        if request_id is not None:
            links["mute"] = self.links.mute(reference, request_id)
        if case.request is not None:
            comment = self.materials.comments.get(getattr(case.event, "comment_id", 0))
            links |= self._photographs.readers_own(case.request, comment, reference, case.event.occasion.at)
        links["preferences"] = self.links.preferences(reference)
        links["unsubscribe"] = self.links.unsubscribe(reference, kind.key, request_id=request_id, area_ids=areas)
        return links

    def mutable(self, reader: ReaderNow, candidates: Sequence[Candidate], case: Case) -> int | None:
        """The request that the reader may mute, if they hear of it as a resident."""
        is_resident = reader.person is not None and RESIDENT_REASONS & {each.reason for each in candidates}
        return case.request.id if case.request is not None and is_resident else None

    def name_of(self, reader: ReaderNow) -> str | None:
        """What to call the reader. Until an address is confirmed, a stranger may have typed the name beside it."""
        return reader.person.name if reader.person is not None and reader.person.confirmed_at is not None else None

    def reference(self, reader: ReaderNow) -> str:
        """How links name the reader: by row id, never by address."""
        if reader.recipient.person_id is not None:
            return f"p{reader.recipient.person_id}"
        return f"a{self.materials.address_ids[str(reader.recipient.address)]}"

    def delivery_of(self, mail: str, reader: ReaderNow) -> str:
        """What a report on this mail to this reader comes back with."""
        address, person_id = str(reader.address), reader.recipient.person_id
        named = f"p{person_id}" if person_id is not None else f"a{self.materials.address_ids.get(address, 0)}"
        return delivery_token(self.settings.secret_key, mail, named, address)

    def envelope_of(self, notification_id: int, case: Case, reader: ReaderNow, kind: Kind, letter: Reader) -> Envelope:
        """The headers. All mails on one request refer to one made-up first message, so that they form one thread.

        Mail about an account alone comes from the product, and no account mail can be unsubscribed from.
        """
        host = host_of(self.settings)
        if reader.address is None:
            raise ValueError(f"notification {notification_id} has nowhere to go")
        organization = self._organization(case)
        return Envelope(
            from_name=organization.sender,
            from_address=self.settings.mail_from,
            to_address=reader.address,
            to_name=self.name_of(reader),
            reply_to=organization.reply_to,
            message_id=message_id(self.settings, NOTIFICATION, notification_id),
            references=tuple(f"<{thread}@{host}>" for thread in _threads(case)),
            list_id=f"{case.organization.slug if case.organization is not None else 'account'}.{host}",
            unsubscribe_url=letter.links.get("unsubscribe"),
            kind=kind.key,
            reasons=letter.reasons,
            event_id=str(case.event_id),
            delivery=self.delivery_of(mail_name(NOTIFICATION, notification_id), reader),
            date=case.event.occasion.at,
        )

    def _organization(self, case: Case) -> OrganizationFacts:
        """Whose mail it is: the organization's, or the product's own, which goes by its account's clock."""
        if case.organization is None:
            account = self.materials.people.get(account_of(case.event) or 0)
            zone = account.time_zone if account is not None else "UTC"
            return OrganizationFacts(name=self.settings.product_name, time_zone=zone)
        return organization_facts(case.organization, self.materials.brandings.get(case.organization.id))

    def _account_extra(self, case: Case) -> dict[str, Any]:
        """Where to go on, who invites, and what a guest is asked about, as far as there is any of it."""
        extra: dict[str, Any] = {
            "action_url": self.links.ticket(case.ticket) if case.ticket is not None else f"{self.settings.public_url}/"
        }
        if isinstance(case.event, MemberAdded):
            extra["inviter"] = self._name(case.event.occasion.actor_id)
        if case.request is not None:
            extra["request"] = self._request_facts(case, case.request, Sight.ADDRESS)
        return extra

    def _request_facts(self, case: Case, request: ServiceRequest, sight: Sight) -> RequestFacts:
        photo = self._photographs.everybodys(request)
        return RequestFacts(
            number=request.number,
            summary=request.summary,
            description=request.description,
            category=request.category.name,
            address=request.place or None,
            lat=request.latitude,
            lng=request.longitude,
            status=request.status.value,
            url=self.links.request(request),
            photo_url=photo[0] if photo else next(iter(request.photo_urls), None),
            photo_small_url=photo[1] if photo else None,
            reporter_name=self._reporter(request, sight),
            is_private=case.is_private,
            answers=tuple(
                (answer.prompt, answer.said)
                for answer in answers_from(request.answers)
                if sight is Sight.MEMBER or not answer.private
            ),
            due_at=request.deadline if sight is Sight.MEMBER else None,
        )

    def _reporter(self, request: ServiceRequest, sight: Sight) -> str | None:
        """Mail to members names the reporter, mail to bare addresses doesn't, anonymous is anonymous (rule 5)."""
        if sight is Sight.ADDRESS or (request.is_anonymous and sight is not Sight.MEMBER):
            return None
        return self._name(request.reporter_id)

    def _actor(self, case: Case, kind: Kind, request: ServiceRequest | None, sight: Sight) -> str | None:
        event: Event = case.event
        if request is None:
            return self._name(event.occasion.actor_id) if kind.for_staff else None
        is_reporter = event.occasion.actor_id == request.reporter_id
        acts_as_reporter = is_reporter and type(event).__name__ not in STAFF_ACTS
        if acts_as_reporter and self._reporter(request, sight) is None:
            return None
        return self._name(event.occasion.actor_id)

    def _extra(self, case: Case, kind: Kind, sight: Sight) -> dict[str, Any]:
        """What only some events have. Staff's own matters are asked for by staff kinds alone (rule 3)."""
        event, request = case.event, case.request
        extra: dict[str, Any] = {}
        if isinstance(event, AreaEvent):
            extra["area"] = self.materials.areas[event.area_id]
        if isinstance(event, RequestRecategorized):
            extra["old_category"] = self._category(event.old_category_id)
            extra["new_category"] = self._category(event.category_id)
        if isinstance(event, DueDateChanged | WorkOrderDueAtChanged):
            extra |= {"old_due_at": event.old_due_at, "new_due_at": event.new_due_at}
        if (order := case.work_order) is not None:
            extra["work_order"] = WorkOrderFacts(order.number, order.summary, order.description, order.due_at)
        if isinstance(event, SlaBreached | SlaNear):
            extra["deadline"] = event.deadline
        if (move := _MOVES.get(type(event))) is not None:
            extra["move"] = move
        if isinstance(event, RequestMerged):
            extra["survivor"] = self._survivor(case, kind, sight)
        if isinstance(event, RequestEvent) and kind.for_staff:
            extra["assignee"] = self._name(event.assignee_id)
        if request is not None and request.typed_by_id is not None and sight is Sight.ADDRESS and not kind.for_staff:
            extra["typed_by"] = self._name(request.typed_by_id)
            if case.ticket is not None and case.ticket.used_at is None:
                extra["claim_url"] = self.links.ticket(case.ticket)
        return extra

    def _survivor(self, case: Case, kind: Kind, sight: Sight) -> RequestFacts | None:
        """A private survivor is for staff: the duplicate's people are told without its content (rule 16)."""
        survivor = case.survivor
        of_survivor = replace(case, request=survivor)
        if survivor is None or (not kind.for_staff and of_survivor.is_private):
            return None
        return self._request_facts(of_survivor, survivor, sight)

    def _name(self, person_id: int | None) -> str | None:
        person = self.materials.people.get(person_id) if person_id is not None else None
        return person.name if person is not None else None

    def _category(self, category_id: int) -> str:
        return self.materials.categories[category_id].name
