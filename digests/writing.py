"""An issue's contents -> one mail."""

from __future__ import annotations

from urllib.parse import urlsplit

from digests.compose import Contents
from digests.issues import Issue
from notifier.compose import Envelope, compose
from notifier.facts import Line, Reader
from notifier.letters import Letters, sight_of
from notifier.readers import ReaderNow
from notifier.render import render_bundle
from notifier.sending import Mail


def write_issue(issue: Issue, contents: Contents, reader: ReaderNow, letters: Letters) -> Mail:
    """The digest as its reader gets it. A digest is in no thread: it has a message id and refers to nothing."""
    language = reader.person.language if reader.person is not None else "en"
    lines = [
        Line(letters.facts_of(line.case, line.decision.kind, language, sight_of(reader))) for line in contents.lines
    ]
    candidates = [each for line in contents.lines for each in line.decision.remaining]
    reasons = list(dict.fromkeys(each.reason.value for each in sorted(candidates, key=lambda c: c.reason.strength)))
    details: dict[str, tuple[str, ...]] = {}
    for each in candidates:
        known = details.get(each.reason.value, ())
        details[each.reason.value] = tuple(dict.fromkeys((*known, *each.details)))
    kinds = sorted({line.decision.kind.key for line in contents.lines})
    unsubscribe = letters.links.unsubscribe(letters.reference(reader), *kinds)
    settings = letters.settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    envelope = Envelope(
        from_name=_sender(contents, settings.product_name),
        from_address=settings.mail_from,
        to_address=str(reader.address),
        to_name=reader.person.name if reader.person is not None else None,
        reply_to=None,
        message_id=f"<d{issue.id}@{host}>",
        references=(),
        list_id=f"digest.{host}",
        unsubscribe_url=unsubscribe,
        kind="digest",
        reasons=tuple(reasons),
        event_id=f"issue-{issue.id}",
        date=issue.created_at,
    )
    own_part = Reader(
        name=reader.person.name if reader.person is not None else None,
        reasons=tuple(reasons),
        reason_details={reason: names for reason, names in details.items() if names},
        links={"unsubscribe": unsubscribe},
    )
    message = compose(render_bundle(lines), own_part, envelope)
    return Mail(issue.id, issue.attempts, envelope.to_address, message)


def _sender(contents: Contents, product: str) -> str:
    """The organization that all of it comes from, or the product where there are several."""
    names = {line.case.organization.name for line in contents.lines if line.case.organization is not None}
    return names.pop() if len(names) == 1 else product
