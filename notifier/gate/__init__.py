"""What every mail must be, whoever wrote its template: `faults(mail)` lists what is wrong with a rendered one.

    Preview ─▶ Page (parsed once) ─┬─ structure   html without errors, language, title, one heading, tables, pictures
                                   ├─ links       that say where they lead, the one button, nothing loaded from afar
                                   ├─ contrast    each text on its ground, by day and by night
                                   ├─ support     each bit of CSS against what mail programs understand
                                   ├─ sameness    the text part says what the html says
                                   └─ outside     subject, preheader, size, unsubscribing, placeholders

`curbcast mail lint` and the tests ask it about every mail there can be.
"""

from __future__ import annotations

from notifier.gate import contrast, links, outside, sameness, structure, support
from notifier.gate.page import Fault, Page
from notifier.preview import Preview

__all__ = ["Fault", "faults"]


def faults(mail: Preview) -> list[Fault]:
    """Everything that is wrong with a mail; empty for one that can go out."""
    page = Page.read(mail.rendered.html)
    checks = (structure.check, links.check, contrast.check, support.check, sameness.check, outside.check)
    return [fault for check in checks for fault in check(mail, page)]
