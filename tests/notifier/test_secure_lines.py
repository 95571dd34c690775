"""The line to the mail server: encrypted, trusted and logged in as the settings say, or not used."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
import trustme

from notifier.smtp import SmtpServer
from tests.mailbox import Mailbox, open_mailbox
from tests.notifier.test_transports import LARGE, sending


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The system trusts the test's authority."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


async def test_a_line_is_encrypted_wherever_the_server_offers_it(certificate: ssl.SSLContext, trusted: None) -> None:
    async with open_mailbox(starttls=certificate) as mailbox:
        for option, encrypted in (("", True), ("?starttls=required", True), ("?starttls=never", False)):
            async with sending(mailbox.url + option) as send:
                assert (await send()).state == "sent"
            assert mailbox.mails.pop().encrypted is encrypted


async def test_a_line_may_be_encrypted_from_the_start(certificate: ssl.SSLContext, trusted: None) -> None:
    async with open_mailbox(tls=certificate) as mailbox, sending(f"smtps://127.0.0.1:{mailbox.port}") as send:
        assert (await send(LARGE)).state == "sent"
    assert [(mail.encrypted, mail.raw == LARGE) for mail in mailbox.mails] == [(True, True)]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_certificate_that_nobody_vouches_for_is_refused_unless_told_otherwise(
    certificate: ssl.SSLContext, scheme: str
) -> None:
    encrypted = open_mailbox(tls=certificate) if scheme == "smtps" else open_mailbox(starttls=certificate)
    async with encrypted as mailbox:
        url = f"{scheme}://127.0.0.1:{mailbox.port}"
        async with sending(url) as send:
            outcome = await send()
        assert (outcome.state, outcome.code) == ("deferred", None)
        assert "certificate verify failed" in outcome.detail
        assert mailbox.mails == []
        async with sending(f"{url}?verify=no") as send:
            assert (await send()).state == "sent"
        assert [mail.encrypted for mail in mailbox.mails] == [True]


async def test_encryption_that_is_required_and_not_offered_defers(mailbox: Mailbox) -> None:
    async with sending(mailbox.url + "?starttls=required") as send:
        outcome = await send()
    assert outcome.state == "deferred"
    assert "STARTTLS" in outcome.detail
    assert mailbox.mails == []


async def test_a_login_goes_over_an_encrypted_line(certificate: ssl.SSLContext, trusted: None) -> None:
    async with open_mailbox(starttls=certificate, login=("town", "p@ss:word")) as mailbox:
        async with sending(f"smtp://town:p%40ss%3Aword@127.0.0.1:{mailbox.port}") as send:
            assert (await send()).state == "sent"
            assert (await send()).state == "sent"
        assert [(mail.user, mail.encrypted) for mail in mailbox.mails] == [("town", True)] * 2
        assert mailbox.commands.count("AUTH") == 1
        async with sending(f"smtp://town:wrong@127.0.0.1:{mailbox.port}") as send:
            outcome = await send()
        assert (outcome.state, outcome.code) == ("deferred", 535)
        assert "wrong" not in outcome.detail


async def test_a_password_is_not_said_in_the_clear_unless_told_so() -> None:
    async with open_mailbox(login=("town", "secret")) as mailbox:
        async with sending(f"smtp://town:secret@127.0.0.1:{mailbox.port}") as send:
            assert (await send()).state == "deferred"
        assert "AUTH" not in mailbox.commands
        async with sending(f"smtp://town:secret@127.0.0.1:{mailbox.port}?starttls=never") as send:
            assert (await send()).state == "sent"
    assert [(mail.user, mail.encrypted) for mail in mailbox.mails] == [("town", False)]


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://mail.example", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://town:secret@mail.example:many", "port"),
        ("smtp://town:secret@mail.example?startls=auto", "unknown option: startls"),
        ("smtp://town:secret@mail.example?starttls=maybe", "auto, required or never"),
        ("smtps://town:secret@mail.example?starttls=auto", "has no starttls"),
        ("smtp://town:secret@mail.example?verify=perhaps", "verify must be yes or no"),
    ],
)
def test_a_bad_smtp_url_says_what_is_wrong_and_keeps_the_password(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        SmtpServer.parse(url)
    assert "secret" not in str(caught.value)


def test_ports_and_encryption_have_the_usual_defaults() -> None:
    plain, login, tls = (SmtpServer.parse(f"{start}mail.example") for start in ("smtp://", "smtp://a:b@", "smtps://"))
    assert (plain.port, plain.starttls, plain.user) == (25, "auto", None)
    assert (login.port, login.starttls, login.user) == (25, "required", "a")
    assert (tls.port, tls.tls) == (465, True)
