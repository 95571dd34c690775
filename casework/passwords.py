"""Passwords: argon2id, and as much work for a wrong address as for a right one.

The hashing takes about a tenth of a second and 64 MB on purpose, so it runs in two threads of its own: the event loop
goes on, and a flood of sign-ins waits instead of filling the memory. Call it outside of any transaction.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, TypeVarTuple, Unpack

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casework.errors import Invalid, TooLong

T = TypeVar("T")
Given = TypeVarTuple("Given")

SHORTEST, LONGEST = 8, 1000

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")


async def hashed(password: str, *, field: str = "password") -> str:
    """What is stored of a password. Raises Invalid or TooLong."""
    if len(password) < SHORTEST:
        raise Invalid("%(field)s must have at least %(least)s characters.", field=field, least=SHORTEST)
    return await _in_thread(_hasher.hash, _bytes(password, field))


async def matches(stored: str | None, password: str, *, field: str = "password") -> bool:
    """Whether it is the password. Without a stored one the same work is done, for nothing."""
    given = _bytes(password, field)
    decoy = await _in_thread(_decoy)
    return await _in_thread(_verified, stored or decoy, given) and stored is not None


async def spend_the_same() -> None:
    """The work of hashing one password, where there is none to hash."""
    await _in_thread(_hasher.hash, secrets.token_bytes(16))


def _bytes(password: str, field: str) -> bytes:
    if len(password) > LONGEST:
        raise TooLong("%(field)s may have at most %(allowed)s characters.", field=field, allowed=LONGEST)
    return password.encode("utf-8", "surrogatepass")


def _verified(stored: str, given: bytes) -> bool:
    try:
        return _hasher.verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_bytes(16))


async def _in_thread(work: Callable[[Unpack[Given]], T], *given: *Given) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *given)
