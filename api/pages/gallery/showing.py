"""One mail, looked at in one way: a page for a frame. It is sandboxed: it can load its pictures and nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.policy import default
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from api.pages.html import page
from notifier import assembly
from notifier.assembly import TemplateProblem
from notifier.gate import faults
from notifier.preview import Preview
from notifier.samples import SITE

PARTS = ("light", "dark", "text", "source", "headers", "checks")

_FRAME = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:"
FRAMED = "sandbox; default-src 'none'; style-src 'self'"
_DARK = "@media (prefers-color-scheme: dark)"
_AROUND = 3
"""Lines shown before and after one that is broken."""

_STATIC = Path(__file__).parents[1] / "static"
_PICTURES = {f"{SITE}/photos/1042.jpg": "sample-photo.jpg", f"{SITE}/logo.png": "sample-logo.png"}


async def show(part: str, make: Callable[[], Awaitable[Preview]], language: str) -> Response:
    """The part of a mail, or where its template is broken; what isn't the mail's own is said in `language`."""
    try:
        mail = await make()
        answer = _checks(mail, language) if part == "checks" else _PARTS_SHOWN[part](mail)
    except TemplateProblem as problem:
        answer = _broken(problem)
    return framed(answer)


def framed(answer: Response) -> Response:
    """For a frame of our own page, and for no cache."""
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def as_seen(mail: Preview, *, dark: bool) -> str:
    """The page as a reader by day or by night sees it, whatever the browser prefers, with its pictures in it."""
    source = mail.page.replace(_DARK, "@media all" if dark else "@media not all")
    for address, file in _PICTURES.items():
        source = source.replace(address, _inline(file))
    return source


def _html(mail: Preview, *, dark: bool) -> Response:
    return HTMLResponse(as_seen(mail, dark=dark), headers={"Content-Security-Policy": _FRAME})


@cache
def _inline(file: str) -> str:
    kind = "png" if file.endswith("png") else "jpeg"
    return f"data:image/{kind};base64,{b64encode((_STATIC / file).read_bytes()).decode()}"


def _text(mail: Preview) -> Response:
    return page("gallery_text.html", policy=FRAMED, product="", title="Text", text=mail.rendered.text)


def _source(mail: Preview) -> Response:
    return page("gallery_text.html", policy=FRAMED, product="", title="Source", text=mail.rendered.html)


def _headers(mail: Preview) -> Response:
    items = list(message_from_bytes(mail.eml, policy=default).items())
    items += [("(preheader)", mail.rendered.preheader), ("(bytes)", f"{len(mail.eml):,}")]
    return page("gallery_headers.html", policy=FRAMED, product="", headers=items)


def _checks(mail: Preview, language: str) -> Response:
    found = [str(each) for each in faults(mail)]
    return page("gallery_checks.html", policy=FRAMED, product="", language=language, faults=found)


_PARTS_SHOWN: dict[str, Callable[[Preview], Response]] = {
    "light": lambda mail: _html(mail, dark=False),
    "dark": lambda mail: _html(mail, dark=True),
    "text": _text,
    "source": _source,
    "headers": _headers,
}


def _broken(problem: TemplateProblem) -> Response:
    """File, line, what is wrong, and the lines around it."""
    path = assembly.FOLDER / problem.file
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    first = max(1, problem.line - _AROUND)
    return page(
        "gallery_broken.html",
        policy=FRAMED,
        product="",
        status=422,
        problem=problem,
        lines=[(first + place, line) for place, line in enumerate(lines[first - 1 : problem.line + _AROUND])],
    )
