"""What mail providers post about mails that they carried -> proven news. Pure; only for who has shown the key.

    ours        {"receipts": [{"message_id": "<n42@…>", "address": …, "status": "5.1.1", "action": "failed"}]}
    ses         Amazon SES's notifications, as Amazon SNS posts them
    sendgrid    SendGrid's event webhook

All three name our Message-ID and the address; whatever isn't about a mail of this installation is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casework.config import Settings
from notifier.message_ids import host_of
from notifier.receipts import Proven
from notifier.reports import blanked
from notifier.verdicts import Verdict, best_status, judge

_NAME = re.compile(r"<?([nd][0-9]{1,18})@([^<>@\s]+)>?")


class NotUnderstood(ValueError):
    """A body that is not what its provider posts."""


def read_receipts(settings: Settings, provider: str, body: bytes) -> list[Proven]:
    """The news of one body, from one of PROVIDERS, about mails of ours. Raises NotUnderstood."""
    try:
        found = list(PROVIDERS[provider](json.loads(body)))
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise NotUnderstood(f"not what {provider} posts: {error}") from error
    return [each for each in (_proven(settings, *news) for news in found) if each is not None]


_News = tuple[str, str, Verdict | None, str, str]
"""Message-ID, address, verdict, status, and what was said."""


def _ours(body: Any) -> Iterator[_News]:
    for each in body["receipts"]:
        status, said = str(each.get("status", "")), str(each.get("detail", ""))
        is_complaint = each["action"] == "complaint"
        verdict = Verdict.COMPLAINT if is_complaint else judge(str(each["action"]), status, said)
        yield str(each["message_id"]), str(each["address"]), verdict, status, said


def _ses(body: Any) -> Iterator[_News]:
    """A notification inside SNS's envelope, or by itself where raw delivery is on."""
    if body.get("Type") in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return
    told = json.loads(body["Message"]) if "Message" in body else body
    sort = told.get("notificationType") or told["eventType"]
    message_id = _header(told["mail"], "Message-ID")
    if sort == "Complaint":
        feedback = str(told["complaint"].get("complaintFeedbackType") or "abuse")
        for who in told["complaint"]["complainedRecipients"]:
            if feedback != "not-spam":
                yield message_id, who["emailAddress"], Verdict.COMPLAINT, "", f"reported as {feedback}"
    elif sort == "Bounce":
        bounce = told["bounce"]
        for who in bounce["bouncedRecipients"]:
            status, said = str(who.get("status", "")), str(who.get("diagnosticCode", ""))
            general = {"Permanent": "5.1.0", "Transient": "4.0.0"}.get(bounce["bounceType"], "4.0.0")
            full = "mailbox full" if bounce.get("bounceSubType") == "MailboxFull" else ""
            verdict = judge(str(who.get("action", "failed")), status or general, f"{said} {full}")
            yield message_id, who["emailAddress"], verdict, status or general, said


def _sendgrid(body: Any) -> Iterator[_News]:
    for each in body:
        sort, said = each["event"], str(each.get("reason") or each.get("response") or "")
        status = str(each.get("status", ""))
        message_id, address = str(each.get("smtp-id", "")), str(each["email"])
        if sort == "spamreport":
            yield message_id, address, Verdict.COMPLAINT, "", "reported as spam"
        elif sort == "deferred":
            yield message_id, address, Verdict.DELAYED, status, said
        elif sort == "bounce":
            blocked = each.get("type") == "blocked"  # the mail or its sender, not the address
            verdict = judge("failed", status or "5.1.0", said)
            if blocked and verdict is not Verdict.FULL:
                verdict = Verdict.REFUSED
            yield message_id, address, verdict, status, said


PROVIDERS: Mapping[str, Callable[[Any], Iterator[_News]]] = {"ours": _ours, "ses": _ses, "sendgrid": _sendgrid}


def _header(mail: Mapping[str, Any], name: str) -> str:
    """Of the mail as it was sent: SES's own message id is another one."""
    found = (each["value"] for each in mail.get("headers", ()) if str(each["name"]).lower() == name.lower())
    return str(next(found, "") or mail.get("commonHeaders", {}).get("messageId", ""))


def _proven(
    settings: Settings, message_id: str, address: str, verdict: Verdict | None, status: str, said: str
) -> Proven | None:
    named = _NAME.fullmatch(message_id.strip())
    if named is None or named[2].lower() != host_of(settings).lower() or verdict is None:
        return None
    kind, (subject, detail) = best_status(status, said)
    shown = f"{kind}.{subject}.{detail}" if kind else ""
    return Proven(named[1], address.strip().strip("<>").lower(), verdict, shown, blanked(said))
