"""An event -> everybody who has a reason to hear of it, each with every reason. Reads only.

The relay writes what is found here into the ledger; an explanation and a dry run ask the same and write nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from notifier.cases import Case
from notifier.decisions import Candidate
from notifier.kinds import Kind
from notifier.recipients import Recipient, person, resolve

Reasons = dict[Recipient, list[Candidate]]


async def named(case: Case, kinds: Sequence[Kind]) -> Reasons:
    """Whom the event itself names. A typed address that an account has confirmed is that account (rule 2).

    Account mail is different: it goes to the very address that it asks or tells about.
    """
    found = [(kind, each) for kind in kinds for audience in kind.small for each in audience(case.event)]
    typed = {each.address for kind, each in found if each.person_id is None and not kind.is_account}
    owners = await resolve(address for address in typed if address is not None)
    reasons: Reasons = defaultdict(list)
    for kind, each in found:
        recipient = owners.get(str(each.address)) or Recipient(None, each.address)
        if each.person_id is not None:
            recipient = person(each.person_id)
        candidate = Candidate(each.reason, kind)
        if candidate not in reasons[recipient]:
            reasons[recipient].append(candidate)
    return reasons


async def add_crowd_reasons(case: Case, kinds: Sequence[Kind], reasons: Reasons) -> None:
    """What the named ones are besides: the assignee may follow too, and the ledger keeps every reason."""
    ids = [recipient.person_id for recipient in reasons if recipient.person_id is not None]
    if not ids:
        return
    for kind in kinds:
        for crowd in kind.crowds:
            for each in await crowd(case.event_id, case.event, among=ids):
                reasons[person(each.person_id)].append(Candidate(each.reason, kind, each.details, each.area_id))


async def crowd_page(case: Case, kinds: Sequence[Kind], *, after: int, limit: int) -> Reasons:
    """The next `limit` people of all crowds together, each with all reasons.

    Every crowd is asked for that many; the page ends at the last of them in their union, up to which each
    crowd's answer is complete.
    """
    answers = [
        (kind, await crowd(case.event_id, case.event, after=after, limit=limit))
        for kind in kinds
        for crowd in kind.crowds
    ]
    ids = sorted({each.person_id for _, answer in answers for each in answer})[:limit]
    page: Reasons = {person(person_id): [] for person_id in ids}
    for kind, answer in answers:
        for each in answer:
            if (recipient := person(each.person_id)) in page:
                page[recipient].append(Candidate(each.reason, kind, each.details, each.area_id))
    return page
