"""Numbers that people type."""

from __future__ import annotations

import pytest

from casework.text import whole_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("0", 0),
        ("000000000000012", 12),
        ("2147483647", 2**31 - 1),
        ("2147483648", None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.0", None),
        ("١٢", None),
    ],
)
def test_a_number_is_what_a_column_can_hold(typed: str, number: int | None) -> None:
    assert whole_number(typed) == number
