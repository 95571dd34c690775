"""The links in mails: signed, opaque, and stored nowhere, so that they render the same on every retry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casework.config import Settings
from casework.photos import Photo
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

    def unsubscribe(
        self, reader_ref: str, *kinds: str, request_id: int | None = None, area_ids: Iterable[int] = ()
    ) -> str:
        """Stops some kinds for one reader (`p<person id>` or `a<bare address id>`). The page also offers to mute the
        request and to turn off the areas that the mail was about."""
        about = [f"r{request_id}"] if request_id is not None else []
        about += [f"a{area_id}" for area_id in sorted(set(area_ids))[:AREAS_NAMED]]
        return self._signed(":".join(["stop", reader_ref, "+".join(kinds), *(["+".join(about)] if about else [])]))

    def mute(self, reader_ref: str, request_id: int) -> str:
        return self._signed(f"mute:{reader_ref}:{request_id}")

    def preferences(self, reader_ref: str) -> str:
        """The page of all that one reader can choose."""
        return f"{self.settings.public_url}/preferences/{make_token(self.settings.secret_key, PREFERENCES, reader_ref)}"

    def digest(self, issue_id: int) -> str:
        """The page that lists all that a digest tells."""
        return f"{self.settings.public_url}/d/{make_token(self.settings.secret_key, DIGEST, str(issue_id))}"

    def photo(self, photo: Photo, *, small: bool = False) -> str:
        """A photo that anybody may see."""
        return f"{self.settings.public_url}/photos/{photo.key}{'-small' if small else ''}.jpg"

    def photo_for(self, reader_ref: str, photo: Photo, until: datetime, *, small: bool = False) -> str:
        """The same for one reader, for some time. Whether they may still see it is asked again when it is followed."""
        subject = f"{photo.key}:{reader_ref}:{int(until.timestamp())}"
        return f"{self.photo(photo, small=small)}?token={make_token(self.settings.secret_key, PHOTO, subject)}"

    def _signed(self, subject: str) -> str:
        return f"{self.settings.public_url}/u/{make_token(self.settings.secret_key, UNSUBSCRIBE, subject)}"


UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"
DIGEST = "digest"
PHOTO = "photo"

AREAS_NAMED = 5
"""Of the areas that a mail was about, so that its link stays short. The page of preferences has them all."""
