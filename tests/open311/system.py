"""Another system, as GeoReport v2 describes a client: it knows the specification and nothing of us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import httpx

LISTS = {"services", "service_requests", "attributes", "values", "errors", "endpoints", "formats"}
ROOT = "/open311/v2"


@dataclass
class System:
    """Asks everything in both formats, and holds the two answers together."""

    client: httpx.AsyncClient
    key: str = ""

    async def get(self, path: str, parameters: Mapping[str, str], *, expects: int = 200) -> Any:
        as_json = await self.client.get(f"{ROOT}{path}.json", params=parameters)
        as_xml = await self.client.get(f"{ROOT}{path}.xml", params=parameters)
        assert (as_json.status_code, as_xml.status_code) == (expects, expects), as_json.text
        assert as_json.headers["content-type"] == "application/json; charset=utf-8"
        assert as_xml.headers["content-type"] == "text/xml; charset=utf-8"
        assert from_xml(ET.fromstring(as_xml.content)) == as_text(as_json.json())
        return as_json.json()

    async def post(self, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.client.post(f"{ROOT}/requests.json", data={"api_key": self.key, **fields}, headers=headers)

    async def reported(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        answer = await self.post(fields)
        assert answer.status_code == 201, answer.text
        (receipt,) = answer.json()
        return dict(receipt)

    async def refused(self, fields: Mapping[str, Any]) -> tuple[int, str]:
        answer = await self.post(fields)
        (error,) = answer.json()
        assert error["code"] == answer.status_code
        return answer.status_code, error["description"]


def from_xml(element: ET.Element) -> Any:
    """What an XML answer says, with every value as text and nothing for what is empty."""
    if element.tag in LISTS:
        return [from_xml(each) for each in element]
    if len(element):
        return {each.tag: from_xml(each) for each in element}
    return element.text or ""


def as_text(value: Any) -> Any:
    """The same of a JSON answer."""
    if isinstance(value, dict):
        return {name: as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
