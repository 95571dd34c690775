"""A real Chromium for walks through our pages; skips where this machine has none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright

from curbcast.screenshots import find_chromium


def _is_fault(said: ConsoleMessage) -> bool:
    """An answer of 4xx is shown to whoever looks; it is no fault of the page's."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@asynccontextmanager
async def browsing(width: int = 1400, height: int = 1000) -> AsyncIterator[Page]:
    """A page of a new browser. Whatever it complains about to its console fails the test.

    Leave it before the server that it looks at ends: a page that loses its server complains.
    """
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": height})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if _is_fault(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()
    assert not complaints, complaints
