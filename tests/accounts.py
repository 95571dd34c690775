"""What people do with accounts, by the actions themselves, and the links of the mails that come of it."""

from __future__ import annotations

import re

from casework import passwords
from casework.access import NOBODY
from casework.actions.confirming import confirm_email
from casework.actions.signing import sign_up
from casework.people import Person
from casework.tokens import Ticket
from tests.telling import Mail, Telling, mail_to
from tests.town import SECRET

PASSWORD = "correct horse battery"
_LINK = re.compile(r"http://127\.0\.0\.1:8000/(?:confirm|reset|join)/([\w-]+)")


def token_in(mail: Mail) -> str:
    """The token of the one link of a mail that allows something; the same in text and HTML."""
    (token,) = set(_LINK.findall(mail.text))
    assert set(_LINK.findall(mail.html)) == {token}
    return str(token)


async def signed_up(address: str, *, name: str = "New Person", language: str = "en") -> Ticket:
    return await sign_up(
        NOBODY, name=name, address=address, password_hash=await passwords.hashed(PASSWORD), language=language
    )


async def confirm_from(mail: Mail) -> Ticket:
    return await confirm_email(NOBODY, secret=SECRET, token=token_in(mail))


async def confirmed_person(telling: Telling, address: str) -> Person:
    """An account that signed up and confirmed from its mail."""
    ticket = await signed_up(address)
    await confirm_from(mail_to(await telling.run(), address))
    return await Person.get(id=ticket.person_id)
