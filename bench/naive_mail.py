"""The naive way to make a mail, to compare with: Jinja -> MJML -> premailer -> email.message, for every mail anew.

It is spared what it could easily avoid: Jinja keeps its parsed templates, and the text part's is ours.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from notifier import plain, templates
from notifier.envelope import Envelope
from notifier.inlining import inlined
from notifier.render import Reader, SharedLetter
from notifier.templates import native_environment

_JINJA = native_environment()


def page(letter: SharedLetter, reader: Reader) -> str:
    """The html of one mail."""
    context = letter.context(reader, escaping=True)
    return inlined(_JINJA.get_template(f"{context['kind']}.mjml").render(context))


def text(letter: SharedLetter, reader: Reader) -> str:
    """The text part of one mail."""
    context = letter.context(reader, escaping=False)
    template = templates.mould(context["kind"], context["language"]).text.template
    return plain.tidy(template.render(context)) + "\n"


def mail(letter: SharedLetter, reader: Reader, envelope: Envelope) -> bytes:
    """The bytes of one mail."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((envelope.from_name, envelope.from_address))
    message["To"] = formataddr((envelope.to_name or "", envelope.to_address))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = envelope.message_id
    message["In-Reply-To"] = envelope.references[-1]
    message["References"] = " ".join(envelope.references)
    message["List-Id"] = f"<{envelope.list_id}>"
    message["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Curbcast-Kind"] = envelope.kind
    message["X-Curbcast-Reason"] = ", ".join(envelope.reasons)
    message["X-Curbcast-Event"] = envelope.event_id
    message["X-Curbcast-Delivery"] = envelope.delivery
    message.set_content(text(letter, reader), cte="quoted-printable")
    message.add_alternative(page(letter, reader), subtype="html", cte="quoted-printable")
    return message.as_bytes()
