"""`/r/{organization}/{number}`: what anybody may see of a request. It is where the button of a mail leads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import language_of, page
from casework.access import NOBODY, answers_seen_by, comments_seen_by, names_author, requests_seen_by
from casework.config import Settings
from casework.photos import Photo, photos_of_comments, photos_of_requests
from casework.requests import Comment, ServiceRequest
from notifier.links import Links
from notifier.words import Words, words_in


def request_routes(settings: Settings) -> list[Route]:
    """The public page of each request; private ones are answered like ones that don't exist."""

    async def show(request: Request) -> Response:
        found = await (
            requests_seen_by(NOBODY)
            .filter(organization__slug=request.path_params["organization"], number=request.path_params["number"])
            .select_related("category", "organization", "reporter")
            .first()
        )
        language = language_of(request)
        words = words_in(language)
        if found is None:
            return page(
                "plain.html",
                status=404,
                language=language,
                product=settings.product_name,
                title=words.gettext("There is no public request here"),
                text=words.gettext("If it is your own, or you work on it, open it in your town's app, signed in."),
            )
        survivor = await requests_seen_by(NOBODY).get_or_none(id=found.merged_into_id)
        comments = await comments_seen_by(NOBODY, found).order_by("id").select_related("author").limit(200)
        photos, links = await photos_of_requests([found.id]), Links(settings)
        said_with = await photos_of_comments([comment.id for comment in comments])
        return page(
            "request.html",
            language=language,
            product=settings.product_name,
            request=found,
            survivor=survivor,
            answers=answers_seen_by(NOBODY, found),
            reporter=found.reporter.name if found.reporter and not found.is_anonymous else None,
            photos=_shown(links, photos.get(found.id, [])),
            comments=[
                {**_said(found, comment, words), "photos": _shown(links, said_with.get(comment.id, []))}
                for comment in comments
            ],
        )

    return [Route("/r/{organization}/{number:int}", show)]


def _shown(links: Links, photos: list[Photo]) -> list[dict[str, str]]:
    return [{"url": links.photo(photo), "small": links.photo(photo, small=True)} for photo in photos]


def _said(request: ServiceRequest, comment: Comment, words: Words) -> dict[str, str]:
    """One comment; an anonymous reporter stays masked in what they say as a resident (rule 5)."""
    if not names_author(NOBODY, request, comment):
        who = words.gettext("The reporter")
    else:
        who = comment.author.name if comment.author is not None else words.gettext("Somebody")
    return {
        "who": who,
        "at": words.moment(comment.created_at, request.organization.time_zone),
        "body": comment.body,
        "accompanies": words.status(comment.accompanies.value) if comment.accompanies else "",
    }
