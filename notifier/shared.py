"""A few small things that all processes know together, kept in Redis. Losing them costs order, never a mail.

While Redis is away, or where there is none, each process goes by what it knows itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog

from notifier.doorbell import AWAY, FASTER, Doorbell

_KEPT_SECONDS = 86_400

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Shared:
    """Objects of JSON by name; whoever has not been written is `{}`."""

    def __init__(self, doorbell: Doorbell | None) -> None:
        self._doorbell = doorbell
        self._own: dict[str, dict[str, Any]] = {}

    async def read(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """How these stand now."""
        if self._doorbell is not None and names:
            try:
                redis = await self._doorbell.connect()
                return [json.loads(each) if each else {} for each in await redis.mget([_key(name) for name in names])]
            except AWAY as error:
                log.warning("not_shared", error=repr(error))
        return [dict(self._own.get(name, {})) for name in names]

    async def change(self, name: str, change: Callable[[dict[str, Any]], T]) -> T:
        """Have `change` change one, and return what it returns. Where another process was faster, it is called again,
        on what that one left."""
        if self._doorbell is not None:
            try:
                return await self._changed(self._doorbell, _key(name), change)
            except AWAY as error:
                log.warning("not_shared", name=name, error=repr(error))
        return change(self._own.setdefault(name, {}))

    async def _changed(self, doorbell: Doorbell, key: str, change: Callable[[dict[str, Any]], T]) -> T:
        redis = await doorbell.connect()
        async with redis.pipeline(transaction=True) as steps:
            while True:
                await steps.watch(key)
                raw = await steps.get(key)
                state = json.loads(raw) if raw else {}
                result = change(state)
                steps.multi()  # type: ignore[no-untyped-call]
                steps.set(key, json.dumps(state), ex=_KEPT_SECONDS)
                try:
                    await steps.execute()
                except FASTER:
                    continue
                return result


def _key(name: str) -> str:
    return f"curbcast:shared:{name}"
