"""Who asks: `Authorization: Bearer <token>`, or nobody. A token that is wrong is an error, never a guest."""

from __future__ import annotations

from api.errors import Refused
from casework.access import NOBODY, Viewer, viewer_for
from casework.actions.accounts import person_with_token, token_hash
from casework.phrases import N_

_LONGEST = 200


async def viewer_from(authorization: str | None) -> tuple[Viewer, str | None]:
    """The viewer and the session's token hash. Raises Refused (401) for anything but a good token or none at all."""
    if authorization is None:
        return NOBODY, None
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
        raise Refused("INVALID_TOKEN", "Send the token as `Authorization: Bearer <token>`.", status=401)
    person = await person_with_token(token)
    if person is None:
        raise Refused("INVALID_TOKEN", N_("You are not signed in any more. Sign in again."), status=401)
    return await viewer_for(person), token_hash(token)
