"""GraphQL in, mailbox out: a town whose pipeline runs when a test says so, into a transport that keeps the mail.

async with open_telling() as telling:
    await telling.town.report(maya)
    mails = await telling.run()            what was mailed since the last run
    assert told(mails) == {("tom@example.org", "staff_request_submitted", "assignee"), …}
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from typing import Any

from casework.config import Settings
from casework.organizations import Organization
from casework.people import Member, Person
from digests.flush import flush_due
from digests.gather import gather_due
from notifier import relay, rescue
from notifier.deliver import deliver_due
from notifier.notifications import Notification, State
from notifier.outcome import Outcome
from tests.founding import once
from tests.town import Town, open_town, settings

LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Mail:
    """One message that was handed over."""

    recipient: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def kind(self) -> str:
        return str(self.message["X-Curbcast-Kind"])

    @property
    def reasons(self) -> str:
        return str(self.message["X-Curbcast-Reason"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, subtype: str) -> str:
        body = self.message.get_body(preferencelist=(subtype,))
        assert body is not None
        return str(body.get_content())


@dataclass
class KeepingTransport:
    """Takes every mail, or answers as `answer` says for a recipient."""

    mails: list[Mail] = field(default_factory=list)
    answer: Callable[[str], Outcome] | None = None

    async def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        outcome = self.answer(recipient) if self.answer is not None else Outcome("sent", 250, "2.0.0 Ok")
        if outcome.state in ("sent", "unknown"):
            self.mails.append(Mail(recipient, message))
        return outcome

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(repr=False)  # what hypothesis shows of a failure
class Telling:
    town: Town
    settings: Settings
    transport: KeepingTransport

    async def relay(self) -> None:
        """Tell every due event."""
        await relay.stamp()
        while await relay.tell_due(lease=LEASE):
            pass
        await rescue.rescue_bulks()
        await relay.stamp()  # what is told by now

    async def heard(self) -> None:
        """Tell what has happened, and let everyone hear of it who listens live."""
        await self.relay()
        await self.town.app.state.live.feed.catch_up()
        for _ in range(5):  # what was put in line has left by then
            await asyncio.sleep(0)

    async def deliver(self) -> list[Mail]:
        """Send what is due, digests too; the mails of this call, in the order in which they went."""
        before = len(self.transport.mails)
        while await deliver_due(self.transport, self.settings):
            pass
        while await gather_due():
            await flush_due(self.transport, self.settings)
        while await flush_due(self.transport, self.settings):
            pass
        return self.transport.mails[before:]

    async def run(self) -> list[Mail]:
        """Both."""
        await self.relay()
        return await self.deliver()

    async def settled(self, person: Person | None = None, /, **values: Any) -> str:
        """A request (Maya's, a pothole that Tom handles, unless said otherwise) whose own mail is out already."""
        request_id = await self.town.report(person, **values)
        await self.run()
        return request_id

    async def followed(self, request_id: str, *people: Person) -> None:
        """These people follow the request; their confirmations are out already."""
        for person in people:
            await self.town.done(person, "followRequest", requestId=request_id)
        await self.run()

    async def after(self, person: Person | None, mutation: str, /, **values: Any) -> list[Mail]:
        """What is mailed because somebody does something."""
        await self.town.done(person, mutation, **values)
        return await self.run()

    async def _forget_the_founding(self) -> None:
        """It is no news."""
        await self.run()
        await Notification.all().delete()
        self.transport.mails.clear()

    async def skips(self, kind: str) -> dict[str, str | None]:
        """Recipient key -> why a notification of this kind was not sent."""
        rows = await Notification.filter(kind=kind, state=State.SKIPPED)
        return {row.recipient: row.skip for row in rows}


@asynccontextmanager
async def open_telling(**values: Any) -> AsyncIterator[Telling]:
    config = settings(**values)
    async with open_town(config) as town:
        telling = Telling(town, config, KeepingTransport())
        await once("told", telling._forget_the_founding)
        yield telling


async def leave(organization: Organization, person: Person) -> None:
    """The person is a member no more."""
    await Member.filter(organization_id=organization.id, person_id=person.id).update(until_event=10**9)


def mail_to(mails: Iterable[Mail], recipient: str) -> Mail:
    """The one mail to a recipient."""
    (found,) = [mail for mail in mails if mail.recipient == recipient]
    return found


def told(mails: Iterable[Mail]) -> set[tuple[str, str, str]]:
    """(recipient, kind, reasons) of each mail; two equal mails are a failure of their own."""
    found = [(mail.recipient, mail.kind, mail.reasons) for mail in mails]
    assert len(found) == len(set(found)), found
    return set(found)
