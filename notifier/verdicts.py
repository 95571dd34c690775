"""What a delivery report means for the address. Pure.

RFC 3463's status codes say it best; where they are too general, a better one is often in the text; where there is
none, SMTP's three digits and the word "full" must do.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Verdict(StrEnum):
    """Dead and unwanted are final; full and trouble may pass; refused is about the mail, not about the address."""

    DEAD = "dead"
    FULL = "full"
    TROUBLE = "trouble"
    REFUSED = "refused"
    DELAYED = "delayed"
    COMPLAINT = "complaint"


_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-:]|$)")
_FULL = re.compile(
    r"over ?quota|quota (?:is )?(?:exceeded|full)|exceeded (?:storage|quota)|(?:mailbox|inbox) (?:is |was )?full"
    r"|out of storage|insufficient (?:mailbox )?storage|buz[oó]n lleno",
    re.IGNORECASE,
)
_NO_SUCH = re.compile(
    r"(?:user|recipient|mailbox|address|account) (?:is )?(?:unknown|un(?:rout|deliver)able|not found|invalid)"
    r"|no such (?:user|recipient|mailbox|address|person)|unknown (?:local )?(?:user|recipient|mailbox|address)"
    r"|(?:invalid|unroute?able) (?:recipient|mailbox|user|address)|does(?: not|n't) exist"
    r"|mailbox unavailable|no mailbox",
    re.IGNORECASE,
)
_OF_SENDER = re.compile(
    r"\b(?:block(?:ed|list)|black ?list|deny ?list|reputation|spam|(?:by|our|local|of) policy|prohibit|relay"
    r"|(?:your|client|sending) (?:ip|host|address|domain|server)|sender (?:address|domain|verif|reject|denied)"
    r"|spf\b|dkim\b|dmarc\b|helo\b|ehlo\b|rdns\b|reverse dns|authentication|access denied|too many|rate limit)",
    re.IGNORECASE,
)
# Subject.detail of a class 5 status that say that the mailbox, or its domain, isn't there. Exchange adds digits.
_NOBODY = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 0), (2, 1), (4, 1), (4, 4), (4, 310)}
# …and those that say that it was this mail, its sender or its size.
_THIS_MAIL = {(1, 7), (1, 8), (2, 3), (3, 4)}
_OF_ADDRESS = (0, 1, 2, 4)
"""Subjects that speak of the address, its mailbox or the way there; 0 says nothing."""


def judge(action: str, status: str, text: str) -> Verdict | None:
    """The verdict of one recipient's fields: `Action`, `Status`, and whatever words there are. None for good news."""
    action = action.strip().lower()
    if action == "delayed":
        return Verdict.DELAYED
    if action in ("delivered", "relayed", "expanded"):
        return None
    kind, code = best_status(status, text)
    if code == (2, 2) or (code[0] in (0, 2, 3) and _FULL.search(text)):
        return Verdict.FULL
    if kind == 4:
        return Verdict.TROUBLE
    if code[0] == 0 and _OF_SENDER.search(text) and not _NO_SUCH.search(text):
        return Verdict.REFUSED
    if kind == 5:
        return _for_good(code)
    return _by_reply(text)


def judge_refusal(command: str, code: int, text: str) -> Verdict | None:
    """What our own mail server's refusal says of the recipient; None where it speaks of the mail, of us or of itself.

    At RCPT it is asked about the address and nothing else. After the mail, only a status code can say whose fault it
    is; before RCPT nobody has been named.
    """
    _, (subject, _) = best_status("", text)
    verdict = judge("failed", "", f"{code} {text}")
    if verdict is Verdict.FULL:
        return verdict if command in ("RCPT", "DATA") else None
    about_address = subject in _OF_ADDRESS if command == "RCPT" else command == "DATA" and subject in (1, 2)
    return verdict if about_address and verdict is not Verdict.REFUSED else None


def best_status(status: str, text: str) -> tuple[int, tuple[int, int]]:
    """Class and (subject, detail): of the field, unless it is general and the text says more. (0, (0, 0)) for none."""
    found = [(int(a), (int(b), int(c))) for a, b, c in _STATUS.findall(f"{status} {text}")]
    telling = [each for each in found if each[1][0] != 0]
    return (telling or found or [(0, (0, 0))])[0]


def _for_good(code: tuple[int, int]) -> Verdict:
    if code in _THIS_MAIL or code[0] in (6, 7):
        return Verdict.REFUSED
    return Verdict.DEAD if code in _NOBODY or code[0] == 0 else Verdict.TROUBLE


def _by_reply(text: str) -> Verdict:
    replies = _REPLY.findall(text)
    if _FULL.search(text) or "552" in replies:
        return Verdict.FULL
    if {"550", "551", "553"} & set(replies):
        return Verdict.DEAD
    return Verdict.REFUSED if "554" in replies else Verdict.TROUBLE
