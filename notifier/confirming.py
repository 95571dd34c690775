"""Confirming an address, which also brings mail back: whoever opened the link can be reached there again."""

from __future__ import annotations

from casework.access import Viewer
from casework.actions import confirming
from casework.database import transaction
from casework.signing import Secret
from casework.tokens import Ticket
from notifier.suppression import lift


async def confirm_email(viewer: Viewer, *, secret: Secret, token: str) -> Ticket:
    """casework's, and in the same commit the end of what kept mail from the address. Raises BadLink or Conflict."""
    async with transaction():
        ticket = await confirming.confirm_email(viewer, secret=secret, token=token)
        if ticket.address is not None:
            await lift(ticket.address)
    return ticket
