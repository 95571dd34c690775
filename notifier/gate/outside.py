"""What surrounds a mail's words: subject, preheader, size, the way out, and no seams of our own making showing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy

from notifier import clean, pictures
from notifier.gate.page import Fault, Page, shown, style_of
from notifier.preview import Preview

SUBJECT_WIDTH = 78
LARGEST = 100_000
"""Bytes; Gmail shows about 102 kB and cuts off the rest."""

_SEAMS = re.compile(r"%\(\w+\)\w?|\{\{|\}\}|\{%|%\}|\{#|qx\d+xq|\bNone\b|\bUndefined\b|[\x00-\x08\x0b\x0c\x0e-\x1f]")


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    subject, preheader = mail.rendered.subject, mail.rendered.preheader
    if not subject.strip() or len(subject) > SUBJECT_WIDTH or "\n" in subject:
        yield Fault("subject", f"{len(subject)} characters, not 1 to {SUBJECT_WIDTH}: {subject!r}")
    if not preheader.strip() or not _begins_with(page, preheader):
        yield Fault("preheader", f"the page doesn't begin with its preheader {preheader!r}, hidden")
    for part, said in (("html", mail.rendered.html), ("text", mail.rendered.text)):
        if (size := len(said.encode())) > LARGEST:
            yield Fault("size", f"the {part} part is {size} bytes, more than {LARGEST}")
    yield from _way_out(mail, page)
    yield from _pictures(mail, page)
    yield from _seams(mail, page)


def _begins_with(page: Page, preheader: str) -> bool:
    body = page.root.find("body")
    first = next((child for child in body if isinstance(child.tag, str)), None) if body is not None else None
    if first is None or "display:none" not in style_of(first).replace(" ", ""):
        return False
    return " ".join("".join(first.itertext()).split()).startswith(" ".join(preheader.split()))


def _way_out(mail: Preview, page: Page) -> Iterator[Fault]:
    """Who can stop a mail is shown how, in the page and to their mail program (RFC 8058); account mail can't be."""
    headers = message_from_bytes(mail.eml, policy=policy.default)
    stated, post = str(headers.get("List-Unsubscribe", "")), str(headers.get("List-Unsubscribe-Post", ""))
    if not mail.stoppable:
        if stated:
            yield Fault("unsubscribe", "account mail can't be stopped, and this one says that it can")
        return
    links = {link.get("href") for link in page.all("a")}
    if not stated.startswith("<https://") or post != "List-Unsubscribe=One-Click":
        yield Fault("unsubscribe", f"the headers offer no one click: {stated!r}, {post!r}")
    elif stated.strip("<>") not in links:
        yield Fault("unsubscribe", f"the page has no link to {stated}")


def _pictures(mail: Preview, page: Page) -> Iterator[Fault]:
    """What comes with the mail is small, and shown."""
    asked = {src.removeprefix("cid:") for picture in page.all("img") if (src := picture.get("src", ""))[:4] == "cid:"}
    sent = {}
    for part in message_from_bytes(mail.eml, policy=policy.default).walk():
        if part.get_content_maintype() == "image":
            sent[str(part["Content-ID"]).strip("<>")] = len(part.get_payload(decode=True) or b"")
    for missing in sorted(asked ^ set(sent)):
        yield Fault("pictures", f"the page and the mail don't agree on the picture {missing}")
    for cid, size in sent.items():
        if size > pictures.LARGEST:
            yield Fault("size", f"the picture {cid} is {size} bytes, more than {pictures.LARGEST}")


def _seams(mail: Preview, page: Page) -> Iterator[Fault]:
    """Whatever looks like a template's own syntax and was typed by nobody."""
    said = [mail.rendered.subject, mail.rendered.preheader, mail.rendered.text.replace("\n> ", "\n")]
    said += [text for _, text in shown(page)]
    said += [value for element in page.root.iter() if isinstance(element.tag, str) for value in element.attrib.values()]
    by_people = set(_SEAMS.findall("\n".join(map(clean.text, mail.typed))))
    whole = "\n".join(said)
    for found in _SEAMS.finditer(whole):
        if found[0] not in by_people:
            around = " ".join(whole[max(0, found.start() - 20) : found.end() + 20].split())
            yield Fault("placeholder", f"{found[0]!r} shows through: …{around}…")
            return
