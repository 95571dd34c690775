"""Global ids and cursors: opaque to clients, stable for ever, never trusted.

global_id("ServiceRequest", 7)  ->  "U2VydmljZVJlcXVlc3Q6Nw=="       cursor(7)  ->  "Yzo3"

A cursor's mark says which numbers it counts by: `c` rows and positions, `t` the order in which events were told.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from casework.errors import Invalid

# What fits an integer column of PostgreSQL; anything beyond it names nothing.
_LARGEST = 2**63 - 1
_LARGEST_ROW = 2**31 - 1
_GLOBAL = re.compile(r"([A-Za-z]{1,40}):(0|[1-9][0-9]{0,18})")
_CURSOR = re.compile(r"([a-z]):(0|[1-9][0-9]{0,18})")


@lru_cache(maxsize=16_384)
def global_id(type_name: str, number: int) -> str:
    return _packed(f"{type_name}:{number}")


def parse_global_id(value: str) -> tuple[str, int] | None:
    """The type's name and the row's id, or None for what we never handed out."""
    found = _GLOBAL.fullmatch(_unpacked(value))
    return (found[1], int(found[2])) if found and int(found[2]) <= _LARGEST_ROW else None


def row_id(value: str, type_name: str, field: str) -> int:
    """The row that a global id in an input means. Raises Invalid, naming the field, for another type's or none."""
    found = parse_global_id(value)
    if found is None or found[0] != type_name:
        raise Invalid("%(field)s is not the id of a %(type)s.", field=field, type=type_name)
    return found[1]


def cursor(position: int, mark: str = "c") -> str:
    return _packed(f"{mark}:{position}")


def parse_cursor(value: str, argument: str, mark: str = "c") -> int:
    """The position behind a cursor. Raises Invalid, naming the argument."""
    found = _CURSOR.fullmatch(_unpacked(value))
    if found is None or found[1] != mark or int(found[2]) > _LARGEST:
        raise Invalid("%(field)s is not a cursor of this connection.", field=argument)
    return int(found[2])


def _packed(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _unpacked(value: str) -> str:
    try:
        return base64.b64decode(value.encode("ascii"), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError):
        return ""
