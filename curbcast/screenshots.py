"""Pictures of mails, drawn by a Chromium of this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops

SEEN = {"desktop": 700, "phone": 390, "dark": 700, "phone-dark": 390}
"""How a mail is seen, and how wide that is, in pixels."""

_BESIDE, _SCALE = 12, 0.55

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_TALLEST = 6000
_SECONDS = 60


def find_chromium() -> str | None:
    """The browser's path."""
    return next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)


def take(browser: str, html: str, to: Path, *, width: int) -> None:
    """Write a picture of a page, as tall as the page is. CalledProcessError where the browser fails."""
    with tempfile.TemporaryDirectory(prefix="curbcast-picture-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        subprocess.run(  # noqa: S603 - a browser that was looked up, and a file of our own
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                f"--window-size={width},{_TALLEST}",
                f"--screenshot={to.resolve()}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=_SECONDS,
        )
    _cut(to)


def side_by_side(files: Sequence[Path], to: Path) -> None:
    """Some pictures as one, made smaller, for a page that shows how a mail looks."""
    pictures = [Image.open(file).convert("RGB") for file in files]
    width = sum(each.width + _BESIDE for each in pictures) - _BESIDE
    sheet = Image.new("RGB", (width, max(each.height for each in pictures)), "#c8cccf")
    left = 0
    for each in pictures:
        sheet.paste(each, (left, 0))
        left += each.width + _BESIDE
    small = sheet.resize((round(sheet.width * _SCALE), round(sheet.height * _SCALE)), Image.Resampling.LANCZOS)
    small.quantize(256).save(to, optimize=True)


def _cut(file: Path) -> None:
    """Cut off the empty ground below the page."""
    with Image.open(file) as picture:
        drawn = picture.convert("RGB")
    ground = Image.new("RGB", drawn.size, drawn.getpixel((0, drawn.height - 1)))
    box = ImageChops.difference(drawn, ground).getbbox()
    bottom = min(drawn.height, (box[3] if box else 0) + 24)
    drawn.crop((0, 0, drawn.width, bottom)).save(file, optimize=True)
