"""The links in mails: signed, opaque, and stored nowhere, so that they render the same on every retry."""

from __future__ import annotations

from dataclasses import dataclass

from casework.config import Settings
from casework.requests import ServiceRequest
from casework.signing import make_token
from casework.tokens import Ticket, token_of


@dataclass(frozen=True)
class Links:
    """Makes every link of a mail from the settings."""

    settings: Settings

    def request(self, request: ServiceRequest) -> str:
        return f"{self.settings.public_url}/r/{request.organization.slug}/{request.number}"

    def ticket(self, ticket: Ticket) -> str:
        """Where what a ticket allows is done, once: `/confirm/…`, `/reset/…` or `/join/…`."""
        page = ticket.purpose.value.partition("_")[0]
        return f"{self.settings.public_url}/{page}/{token_of(self.settings.secret_key, ticket)}"

    def unsubscribe(self, reader_ref: str, *kinds: str) -> str:
        """Stops some kinds for one reader (`p<person id>` or `a<bare address id>`)."""
        return self._signed(f"stop:{reader_ref}:{'+'.join(kinds)}")

    def mute(self, reader_ref: str, request_id: int) -> str:
        return self._signed(f"mute:{reader_ref}:{request_id}")

    def digest(self, issue_id: int) -> str:
        """The page that lists all that a digest tells."""
        return f"{self.settings.public_url}/d/{make_token(self.settings.secret_key, DIGEST, str(issue_id))}"

    def _signed(self, subject: str) -> str:
        return f"{self.settings.public_url}/u/{make_token(self.settings.secret_key, UNSUBSCRIBE, subject)}"


UNSUBSCRIBE = "unsubscribe"
DIGEST = "digest"
