"""Which way mail leaves, by setting."""

from __future__ import annotations

from casework.config import Settings
from notifier.captured import CapturedMail
from notifier.dkim_signature import Signed, Signer
from notifier.outcome import Transport
from notifier.pooled_smtp import PooledSmtp
from notifier.smtp import SmtpServer


def transport_for(settings: Settings) -> Transport:
    """SMTP where a server is set, signed where there is a key; otherwise a folder. ValueError for a bad setting."""
    if settings.smtp_url is None:
        return CapturedMail(settings.data_dir / "mail")
    pool = PooledSmtp(
        SmtpServer.parse(settings.smtp_url),
        connections=settings.smtp_connections,
        mails_per_connection=settings.mails_per_connection,
    )
    signer = Signer.of(settings)
    return pool if signer is None else Signed(pool, signer)
