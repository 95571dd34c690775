"""What several nouns' inputs hold: shapes and categories."""

from collections.abc import Mapping
from typing import Any

import strawberry

from api.ids import row_id
from casework.errors import Invalid


def geojson_object(shape: Any) -> Mapping[str, Any] | None:
    """What a JSON input called `shape` holds. Raises Invalid for anything but an object."""
    if shape is not None and not isinstance(shape, Mapping):
        raise Invalid("%(field)s must be a GeoJSON object.", field="shape")
    return shape


def category_rows(ids: list[strawberry.ID]) -> list[int]:
    """The rows of an input called `category_ids`. Raises Invalid."""
    return [row_id(each, "RequestCategory", "category_ids") for each in ids]
