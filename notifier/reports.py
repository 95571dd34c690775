"""A mail that came back -> what it reports. Pure, and unproven: whose mail it is about, `receipts` finds out.

    multipart/report, or what passes for one
    ├─ message/delivery-status    RFC 3464: what became of it         ─▶ judge
    ├─ message/feedback-report    RFC 5965: its reader did not want it ─▶ complaint
    └─ the mail, or its headers   hold our token, as does the address that the report was sent to
    anything else from a mail system ─▶ its own words, if they name a failure

Reports are written by others and by anybody: nothing that one holds raises, however broken, huge or wrongly labelled.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr

from notifier import return_path
from notifier.verdicts import Verdict, best_status, judge

READ_AT_MOST = 1_000_000
"""Bytes. A report says what it has to say before it returns the mail."""

_WORDS = 20_000
_DETAIL = 300
_ADDRESS = re.compile(r"<?[^\s<>@;:,()\"']+@[^\s<>@;:,()\"']+>?")
_FROM_A_MAIL_SYSTEM = re.compile(r"(?:mailer-daemon|postmaster|mail\.?delivery)", re.IGNORECASE)
_TYPES = ("rfc822", "utf-8", "smtp", "lmtp", "x-unix")
_NOT_A_COMPLAINT = ("not-spam", "auth-failure")


@dataclass(frozen=True)
class Report:
    """What a report says. `tokens` and `addresses` are all that it mentions; `detail` names no address."""

    verdict: Verdict
    status: str
    detail: str
    tokens: tuple[str, ...]
    addresses: tuple[str, ...]


def read_report(raw: bytes) -> Report | None:
    """What a mail reports, or None where it is none: good news, an answer, or something else entirely."""
    raw = raw[:READ_AT_MOST]
    message = BytesParser(policy=compat32).parsebytes(raw)
    parts = list(message.walk())
    found = _complaint(parts) or _delivery_status(parts) or _in_words(message, parts)
    if found is None:
        return None
    verdict, status, detail, addresses = found
    text = b"\n".join([raw, *(_decoded(part) for part in parts if _is_encoded(part))])
    return Report(verdict, status, blanked(detail), tuple(return_path.tokens_in(text)), tuple(addresses))


def blanked(text: str) -> str:
    """One short line without addresses: it is kept when the address is forgotten."""
    return " ".join(_ADDRESS.sub("(address)", text).split())[:_DETAIL]


_Found = tuple[Verdict, str, str, list[str]]


def _complaint(parts: list[Message]) -> _Found | None:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            fields = next(_blocks(part), None)
            kind = _field(fields, "Feedback-Type").lower() if fields is not None else ""
            if fields is None or not kind or kind in _NOT_A_COMPLAINT:
                return None
            stated = _address(_field(fields, "Original-Rcpt-To"))
            return Verdict.COMPLAINT, "", f"reported as {kind}", [stated] if stated else []
    return None


def _delivery_status(parts: list[Message]) -> _Found | None:
    """The worst news of all recipients; our mails have one each."""
    found: list[_Found] = []
    for part in parts:
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            for fields in _blocks(part):
                action, status = _field(fields, "Action"), _field(fields, "Status")
                if not action:
                    continue
                said = _typed(_field(fields, "Diagnostic-Code"))
                verdict = judge(action, status, said)
                stated = (_address(_typed(_field(fields, name))) for name in ("Original-Recipient", "Final-Recipient"))
                if verdict is not None:
                    found.append((verdict, _shown(status, said), said or status, [each for each in stated if each]))
            break
    return min(found, key=lambda each: list(Verdict).index(each[0]), default=None)


def _in_words(message: Message, parts: list[Message]) -> _Found | None:
    """A report in prose, such as older Exims send. Whatever does not come from a mail system is none."""
    failed = [_address(each) for each in _field(message, "X-Failed-Recipients").split(",")]
    sender = parseaddr(_field(message, "From"))[1]
    reported = any(part.get_content_type().endswith("delivery-status") for part in parts)
    if reported or not (any(failed) or _FROM_A_MAIL_SYSTEM.match(sender)):
        return None
    body = next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")[:_WORDS]
    delayed = re.search(r"\bdelay", _field(message, "Subject"), re.IGNORECASE)
    verdict = judge("delayed" if delayed else "failed", "", body)
    line = next((each for each in body.splitlines() if re.search(r"(?<!\d)[45]\d\d[ -]", each)), "")
    return (verdict, _shown("", body), line, [each for each in failed if each]) if verdict is not None else None


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a status part, which the parser knows for one of its three types, and not encoded."""
    inside = part.get_payload()
    groups = [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else []
    written = b"\n\n".join(each.as_bytes() for each in groups)
    if _is_encoded(part):
        written = _base64(written)
    for block in re.split(rb"\r?\n[ \t]*\r?\n", written.strip()):
        yield BytesParser(policy=compat32).parsebytes(block)


def _is_encoded(part: Message) -> bool:
    return _field(part, "Content-Transfer-Encoding").lower() in ("base64", "quoted-printable")


def _decoded(part: Message) -> bytes:
    if part.is_multipart():
        return b""
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()))
    except ValueError:
        return text


def _text(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return _decoded(part).decode(charset, "replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return _decoded(part).decode("latin-1")


def _field(fields: Message, name: str) -> str:
    """A header as text, whatever bytes it holds; empty where there is none."""
    return " ".join(str(fields.get(name, "")).split())


def _typed(value: str) -> str:
    """What follows the type: `rfc822; maya@example.org`, `smtp; 550 …`."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and kind.strip().lower() in _TYPES else value


def _address(text: str) -> str:
    """Normalized as ours are, as far as it is an address."""
    found = text.strip().strip("<>").lower()
    return found if found.count("@") == 1 and " " not in found else ""


def _shown(status: str, text: str) -> str:
    kind, (subject, detail) = best_status(status, text)
    return f"{kind}.{subject}.{detail}" if kind else ""
