"""`/d/{token}`: all that one digest tells, as far as its reader may still see it. Where "and 37 more" leads."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import language_of, page
from casework.config import Settings
from digests.reading import ReadIssue, ReadStory, read_issue
from notifier.words import Words, words_in


def digest_routes(settings: Settings) -> list[Route]:
    """The page; its signed link is all that it asks for, like that of unsubscribing."""

    async def show(request: Request) -> Response:
        issue = await read_issue(settings, request.path_params["token"])
        if issue is None:
            words = words_in(language_of(request))
            return page(
                "plain.html",
                status=404,
                product=settings.product_name,
                language=words.language,
                title=words.gettext("This link does not work"),
                text=words.gettext("It may have been cut off on its way. Use the link in a newer mail."),
            )
        return page("digest.html", product=settings.product_name, **_shown(issue))

    return [Route("/d/{token}", show, methods=["GET", "HEAD"])]


def _shown(issue: ReadIssue) -> dict[str, Any]:
    words = words_in(issue.language)
    return {
        "language": words.language,
        "title": words.gettext("Everything in this digest"),
        "nothing": words.gettext("There is nothing in it that you may see now."),
        "stories": [_story(story, words) for story in issue.stories],
    }


def _story(story: ReadStory, words: Words) -> dict[str, Any]:
    request, about = story.request, []
    if request is not None:
        about = [f"#{request.number}", words.status(request.status), request.category, request.address]
    if story.areas:
        about.append(words.gettext("in %(areas)s", areas=words.names(story.areas)))
    return {
        "summary": request.summary if request is not None else None,
        "url": request.url if request is not None else None,
        "about": " · ".join(part for part in about if part),
        "events": [
            {
                "news": event.news,
                "at": words.moment(event.at, story.organization.time_zone),
                "text": event.text,
            }
            for event in story.events
        ],
    }
