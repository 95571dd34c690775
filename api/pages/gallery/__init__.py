"""`/mail`: what every reader will see, side by side, before anybody gets it.

choosing    the query -> which mails, in which languages, seen how
showing     one mail, one way of looking at it; a template that is broken shows where
changes     tells the page that a template or catalogue was saved, and it reloads itself
real        a notification or digest of somebody, for operators; sends one test mail
entering    staff sign in, and see the sample mails in their organization's colours

An *operator* is whoever runs the process on their own machine: to them everything is open. Elsewhere it is for staff.
"""

from __future__ import annotations

from api.pages.gallery.routes import gallery_routes

__all__ = ["gallery_routes"]
