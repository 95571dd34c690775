"""The tags of MJML 4 that a mail may use, with their attributes, and the HTML that may stand inside of them."""

from __future__ import annotations


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_PADDING = _set("padding padding-top padding-right padding-bottom padding-left")
_BORDER = _set("border border-top border-right border-bottom border-left border-radius")
_INNER_BORDER = _set(
    "inner-border inner-border-top inner-border-right inner-border-bottom inner-border-left inner-border-radius"
)
_BACKGROUND = _set(
    "background-color background-url background-repeat background-size background-position background-position-x "
    "background-position-y"
)
_FONT = _set(
    "color font-family font-size font-style font-weight letter-spacing line-height text-align text-decoration "
    "text-transform"
)
_COMMON = _set("css-class mj-class")
_BOX = _PADDING | _BORDER | _COMMON
_LINK = _set("href name rel target title")

_BODY_TAGS: dict[str, frozenset[str]] = {
    "mj-section": _BOX | _BACKGROUND | _set("direction full-width text-align"),
    "mj-wrapper": _BOX | _BACKGROUND | _set("full-width text-align"),
    "mj-column": _BOX | _INNER_BORDER | _set("background-color inner-background-color direction vertical-align width"),
    "mj-group": _COMMON | _set("background-color direction vertical-align width"),
    "mj-text": _PADDING | _FONT | _COMMON | _set("align container-background-color height vertical-align"),
    "mj-button": _BOX
    | _FONT
    | _LINK
    | _set("align background-color container-background-color height inner-padding vertical-align width"),
    "mj-image": _BOX
    | _LINK
    | _set("align alt container-background-color font-size height max-height sizes src srcset usemap width"),
    "mj-divider": _PADDING
    | _COMMON
    | _set("align border-color border-style border-width container-background-color width"),
    "mj-spacer": _PADDING | _COMMON | _set("container-background-color height"),
    "mj-table": _PADDING
    | _FONT
    | _COMMON
    | _set("align border cellpadding cellspacing container-background-color role table-layout width"),
    "mj-raw": _set("position"),
}

MJML_TAGS: dict[str, frozenset[str]] = {
    "mjml": _set("dir lang owa"),
    "mj-head": frozenset(),
    "mj-title": frozenset(),
    "mj-preview": frozenset(),
    "mj-attributes": frozenset(),
    "mj-breakpoint": _set("width"),
    "mj-font": _set("href name"),
    "mj-style": _set("inline"),
    "mj-body": _COMMON | _set("background-color width"),
    "mj-class": frozenset().union(*_BODY_TAGS.values()) | {"name"},
    "mj-all": frozenset().union(*_BODY_TAGS.values()),
    **_BODY_TAGS,
}

HTML_TAGS = _set(
    "a b blockquote br code div em h1 h2 h3 hr i img li meta ol p small span strong sub sup table tbody td th thead tr "
    "u ul"
)
VOID_TAGS = _set("br hr img meta")
