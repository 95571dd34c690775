"""Pages from templates: `page(request, "name.html", …)`. Values are escaped; the style sheet is our own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from api.language import accepted_language
from notifier.words import SOURCE_LANGUAGE, words_in

_HERE = Path(__file__).parent
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
)

STATIC = Mount("/static", StaticFiles(directory=_HERE / "static"), name="static")

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; frame-ancestors 'none'"
)


def language_of(request: Request) -> str:
    """What the browser asks for, as far as we speak it."""
    return accepted_language(request.headers.get("accept-language"))


def page(template: str, *, status: int = 200, policy: str = _POLICY, **values: Any) -> HTMLResponse:
    """An HTML answer that no cache keeps and no search engine lists, in the `language` among its values."""
    words = words_in(values.get("language", SOURCE_LANGUAGE), escaping=True)
    said = {"_": words.gettext, "ngettext": words.ngettext, "moment": words.moment, "status_name": words.status}
    body = _environment.get_template(template).render(**said, **values)
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return HTMLResponse(body, status_code=status, headers=headers)
