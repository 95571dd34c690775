"""What every resolver of one HTTP request shares: who is looking, and the loaders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import strawberry
import structlog

from api.loaders import Loaders
from api.rates import Rates, Verb
from casework.access import Viewer
from casework.config import Settings
from notifier.doorbell import DIGESTS, DIGESTS_QUEUE, Doorbell
from notifier.words import SOURCE_LANGUAGE, Words, words_in

log = structlog.get_logger(__name__)

Nudge = Callable[[], Awaitable[None]]


@dataclass
class Context:
    """`session` is the bearer token's hash, None for a guest; `after_commit` is told of every committed mutation.

    `client` is the network address of whoever asks, and `rates` counts what they do; without it nothing is counted.
    `accepted_language` is what a guest is spoken to in.
    """

    viewer: Viewer
    settings: Settings
    session: str | None = None
    idempotency_key: str | None = None
    after_commit: Nudge | None = None
    client: str = ""
    rates: Rates | None = None
    doorbell: Doorbell | None = None
    accepted_language: str = SOURCE_LANGUAGE
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.viewer)

    @property
    def language(self) -> str:
        """What to speak: a person's own language, and a guest's as their client says."""
        return self.viewer.person.language if self.viewer.person is not None else self.accepted_language

    @property
    def words(self) -> Words:
        return words_in(self.language)

    async def count(self, verb: Verb, account: str | None = None) -> None:
        """Count a try of the viewer's, or about an account. Raises RateLimited. Staff at work are not counted."""
        if self.rates is None or (account is None and self.viewer.staffed):
            return
        named = str(self.viewer.person_id) if account is None and self.viewer.person_id is not None else account
        await self.rates.count(verb, client=self.client, account=named)

    def forget(self) -> None:
        """What was loaded before a mutation may not be true after it."""
        self.loaders = Loaders(self.viewer)

    async def committed(self) -> None:
        """Best effort: what a lost nudge would have started, the next tick starts."""
        if self.after_commit is None:
            return
        try:
            await self.after_commit()
        except Exception:
            log.warning("nudge after commit failed", exc_info=True)

    async def digest_wanted(self) -> None:
        """Something that waited goes at once: whoever sends digests is told. Best effort, like the nudge."""
        if self.doorbell is not None:
            await self.doorbell.ring(DIGESTS, DIGESTS_QUEUE)


Info = strawberry.Info[Context, None]
