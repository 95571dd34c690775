"""`/r/{organization}/{number}`: what anybody may see of a request. It is where the button of a mail leads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import page
from casework.access import NOBODY, answers_seen_by, comments_seen_by, names_author, requests_seen_by
from casework.config import Settings
from casework.requests import Comment, ServiceRequest


def request_routes(settings: Settings) -> list[Route]:
    """The public page of each request; private ones are answered like ones that don't exist."""

    async def show(request: Request) -> Response:
        found = await (
            requests_seen_by(NOBODY)
            .filter(organization__slug=request.path_params["organization"], number=request.path_params["number"])
            .select_related("category", "organization", "reporter")
            .first()
        )
        if found is None:
            return page(
                "plain.html",
                status=404,
                product=settings.product_name,
                title="There is no public request here",
                text="If it is your own, or you work on it, open it in your town's app, signed in.",
            )
        survivor = await requests_seen_by(NOBODY).get_or_none(id=found.merged_into_id)
        comments = await comments_seen_by(NOBODY, found).order_by("id").select_related("author").limit(200)
        return page(
            "request.html",
            product=settings.product_name,
            request=found,
            survivor=survivor,
            answers=answers_seen_by(NOBODY, found),
            reporter=found.reporter.name if found.reporter and not found.is_anonymous else None,
            comments=[_said(found, comment) for comment in comments],
        )

    return [Route("/r/{organization}/{number:int}", show)]


def _said(request: ServiceRequest, comment: Comment) -> dict[str, str]:
    """One comment; an anonymous reporter stays masked in what they say as a resident (rule 5)."""
    masked = not names_author(NOBODY, request, comment)
    return {
        "who": "The reporter" if masked else comment.author.name if comment.author else "Somebody",
        "at": comment.created_at.strftime("%-d %B %Y, %H:%M UTC"),
        "body": comment.body,
        "accompanies": comment.accompanies.value if comment.accompanies else "",
    }
