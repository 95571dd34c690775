"""One answer as JSON or as XML, equal in content.

[{"service_code": "3", "metadata": True}]        JSON: the list, or the object, as it is
<services><service>…<metadata>true</metadata></service></services>      XML: with the names that lists have there
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from api.open311.problems import Problem

_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What an element of each list is called in XML."""


class Format(StrEnum):
    JSON = "json"
    XML = "xml"


MEDIA = {Format.JSON: "application/json; charset=utf-8", Format.XML: "text/xml; charset=utf-8"}


def format_of(request: Request) -> Format:
    """By the path's ending; without one JSON where the client asks for it, else XML, the specification's default.

    Raises Problem for another ending.
    """
    ending = request.path_params.get("format")
    if ending is None:
        return Format.JSON if "json" in request.headers.get("accept", "") else Format.XML
    try:
        return Format(ending)
    except ValueError:
        raise Problem(404, f"There is no format {ending!r} here; use .json or .xml.") from None


def answer(format: Format, root: str, content: Any, *, status: int = 200, **headers: str) -> Response:
    """`content` is a list of objects, or one object; `root` is what it is called in XML."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = _json(content) if format is Format.JSON else _xml(root, content)
    return Response(body, status, {"Content-Type": MEDIA[format], "Vary": "Accept", **named})


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _xml(root: str, content: Any) -> bytes:
    element = ET.Element(root)
    _fill(element, content)
    return bytes(ET.tostring(element, encoding="utf-8", xml_declaration=True))


def _fill(element: ET.Element, content: Any) -> None:
    if isinstance(content, dict):
        for name, value in content.items():
            _fill(ET.SubElement(element, name), value)
    elif isinstance(content, list):
        for each in content:
            _fill(ET.SubElement(element, _ITEMS[element.tag]), each)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None:
        element.text = _legal(str(content))


def _legal(text: str) -> str:
    """XML 1.0 has no place for these two, and nothing else that casework.text lets through is missing there."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
