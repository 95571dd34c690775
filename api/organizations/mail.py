"""How an organization's mail looks and begins: seeing it, trying it, changing it. For its owners and managers."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Info
from api.ids import global_id, row_id
from api.mutation import MutationInput, Payload, answered, user_errors
from api.people.types import Person, person
from api.transaction import Answer
from casework.access import Viewer, organization_for, require
from casework.organizations import Organization
from casework.permissions import Action
from notifier import branding as rows
from notifier import rebranding
from notifier.brand import brand_of
from notifier.branding import organization_facts
from notifier.gate import faults
from notifier.logos import logo_picture
from notifier.odd_samples import PLAIN
from notifier.openings import check_opening
from notifier.preview import preview

COLOR = "As in `#1d4f91`. The text on it is white or black, whichever reads better."
LOGO_URL = "The address of a picture, which begins with `https://`; readers' programs fetch it. Instead of `logo`."
LOGO = (
    "A PNG, JPEG, WebP or GIF picture in base64, at most 500,000 bytes, for the head of each mail. It is made small,"
    " put on white, and comes with the mail. Instead of `logoUrl`."
)
REPLY_TO = "Where answers go."
POSTAL = "The postal address at the end of each mail, in one line."
SENDER = "Whom mail says it is from; empty for the organization's name."
KIND = "The key of a kind of mail."
LANGUAGE = "A language of mail, as in `en`."
_VERSIONS_SHOWN = 50
ORGANIZATION = "The organization's id."


@strawberry.type(description="How an organization's mail looks, and whom it is from.")
class MailBrand:
    color: str = strawberry.field(description=COLOR)
    text_color: str = strawberry.field(description="The colour of text on it: the one that reads better.")
    link_color: str = strawberry.field(description="The colour of links on white: this one where it reads, or ours.")
    logo_url: str | None = strawberry.field(description=LOGO_URL)
    logo: str | None = strawberry.field(
        description="The logo that comes with each mail, as a `data:` address of a PNG."
    )
    reply_to: str | None = strawberry.field(description=REPLY_TO)
    postal_address: str | None = strawberry.field(description=POSTAL)
    sender_name: str | None = strawberry.field(description=SENDER)


@strawberry.type(description="One version of how a kind of mail begins, in an organization's own words.")
class MailOpening:
    id: strawberry.ID = strawberry.field(description="Its id.")
    kind: str = strawberry.field(description=KIND)
    language: str = strawberry.field(description=LANGUAGE)
    body: str = strawberry.field(description="The words, with names in braces for facts; empty for none.")
    is_live: bool = strawberry.field(description="Whether mail begins with it now.")
    author: Person | None = strawberry.field(description="Who wrote it.")
    created_at: datetime = strawberry.field(description="When it was written.")
    published_at: datetime | None = strawberry.field(description="When it was published last; null for a draft.")
    undone_at: datetime | None = strawberry.field(description="When it was taken back; null where it was not.")


@strawberry.type(description="How mail looked after a change of its look.")
class MailBrandVersion:
    brand: MailBrand = strawberry.field(description="All of it.")
    is_live: bool = strawberry.field(description="Whether mail looks so now.")
    author: Person | None = strawberry.field(description="Who changed it; null for what was before the first change.")
    created_at: datetime = strawberry.field(description="When it was changed.")
    undone_at: datetime | None = strawberry.field(description="When the change was taken back; null where it was not.")


@strawberry.type(description="How an organization's mail looks and begins.")
class MailSettings:
    brand: MailBrand = strawberry.field(description="Its colours and addresses.")
    brand_versions: list[MailBrandVersion] = strawberry.field(description="The latest 50 of its looks, newest first.")
    openings: list[MailOpening] = strawberry.field(description="Every version of every opening, newest first.")


@strawberry.type(description="A mail as its readers would get it, made of sample facts. Nothing is sent or stored.")
class SampleMail:
    subject: str = strawberry.field(description="Its subject.")
    preheader: str = strawberry.field(description="What a mailbox shows beside the subject.")
    html: str = strawberry.field(description="Its page, the pictures that come with it as `data:` addresses.")
    text: str = strawberry.field(description="Its text part.")
    problems: list[str] = strawberry.field(description="What is wrong with it; empty for a mail that can go out.")


@strawberry.input(description="How mail is to look; what is left out stays, what is empty is the default again.")
class MailBrandInput:
    color: str | None = strawberry.field(default=None, description=COLOR)
    logo_url: str | None = strawberry.field(default=None, description=LOGO_URL)
    logo: str | None = strawberry.field(default=None, description=LOGO)
    reply_to: str | None = strawberry.field(default=None, description=REPLY_TO)
    postal_address: str | None = strawberry.field(default=None, description=POSTAL)
    sender_name: str | None = strawberry.field(default=None, description=SENDER)

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value is not None}


@strawberry.input(description="Changing how an organization's mail looks.")
class UpdateMailBrandInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)
    brand: MailBrandInput = strawberry.field(description="What to change.")


@strawberry.input(description="Taking back the last change of how an organization's mail looks.")
class UndoMailBrandInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)


@strawberry.input(description="A new version of how a kind of mail begins, which nobody gets before it is published.")
class DraftMailOpeningInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)
    kind: str = strawberry.field(description=KIND)
    language: str = strawberry.field(description=LANGUAGE)
    body: str = strawberry.field(
        description="At most 600 characters; `{summary}` and its like stand for facts. Empty for no opening."
    )


@strawberry.input(description="Letting mail begin with a version: a draft, or an older one once more.")
class PublishMailOpeningInput(MutationInput):
    opening_id: strawberry.ID = strawberry.field(description="The version's id.")


@strawberry.input(description="Taking back a published version.")
class UndoMailOpeningInput(MutationInput):
    opening_id: strawberry.ID = strawberry.field(description="The version's id.")


@strawberry.type(description="How mail looks now.")
class MailBrandPayload(Payload):
    brand: MailBrand | None = strawberry.field(description="All of it; null where nothing changed.")


@strawberry.type(description="What became of a version.")
class MailOpeningPayload(Payload):
    opening: MailOpening | None = strawberry.field(description="The version; null where nothing changed.")


@strawberry.type
class MailQueries:
    @strawberry.field(description="How an organization's mail looks and begins. For its owners and managers.")
    async def mail_settings(
        self, info: Info, organization_id: Annotated[strawberry.ID, strawberry.argument(description=ORGANIZATION)]
    ) -> MailSettings:
        number = row_id(organization_id, "Organization", "organization_id")
        await organization_for(number)
        require(info.context.viewer, Action.DRESS_MAIL, number)
        found = await rows.Opening.filter(organization_id=number).order_by("-id").select_related("author")
        live = await rows.live_ids(number)
        return MailSettings(
            brand=_brand(await rows.Branding.get_or_none(organization_id=number)),
            brand_versions=await _versions(number),
            openings=[_opening(each, live) for each in found],
        )

    @strawberry.field(description="A mail with this look and opening, before anybody gets it. For owners and managers.")
    async def preview_mail(
        self,
        info: Info,
        organization_id: Annotated[strawberry.ID, strawberry.argument(description=ORGANIZATION)],
        kind: Annotated[str, strawberry.argument(description=KIND)],
        language: Annotated[str, strawberry.argument(description=LANGUAGE)] = "en",
        opening: Annotated[str, strawberry.argument(description="What it is to begin with.")] = "",
        brand: Annotated[MailBrandInput | None, strawberry.argument(description="What it is to look like.")] = None,
    ) -> SampleMail:
        number = row_id(organization_id, "Organization", "organization_id")
        organization = await organization_for(number)
        require(info.context.viewer, Action.DRESS_MAIL, number)
        rebranding.check_kind(kind)
        rebranding.check_language(language)
        dress = await rows.Branding.get_or_none(organization_id=number) or rows.Branding(organization_id=number)
        dress.update_from_dict(await rebranding.checked_brand(brand.given if brand is not None else {}))
        whose = organization_facts(organization, dress)
        mail = preview(kind, language, PLAIN, "", whose, check_opening(kind, opening, "opening"))
        return SampleMail(
            subject=mail.rendered.subject,
            preheader=mail.rendered.preheader,
            html=mail.page,
            text=mail.rendered.text,
            problems=[str(fault) for fault in faults(mail)],
        )


@strawberry.type
class MailMutations:
    @strawberry.mutation(description="Change how an organization's mail looks. For its owners and managers.")
    async def update_mail_brand(self, info: Info, input: UpdateMailBrandInput) -> MailBrandPayload:
        async def act(viewer: Viewer) -> Organization:
            number = row_id(input.organization_id, "Organization", "organization_id")
            await rebranding.update_branding(viewer, number, input.brand.given)
            return await organization_for(number)

        return await _brand_payload(await answered(info, input, act), input)

    @strawberry.mutation(description="Let mail look as it did before the last change. For its owners and managers.")
    async def undo_mail_brand(self, info: Info, input: UndoMailBrandInput) -> MailBrandPayload:
        async def act(viewer: Viewer) -> Organization:
            number = row_id(input.organization_id, "Organization", "organization_id")
            await rebranding.undo_branding(viewer, number)
            return await organization_for(number)

        return await _brand_payload(await answered(info, input, act), input)

    @strawberry.mutation(description="Write down how a kind of mail is to begin. For owners and managers.")
    async def draft_mail_opening(self, info: Info, input: DraftMailOpeningInput) -> MailOpeningPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: rebranding.draft_opening(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                kind=input.kind,
                language=input.language,
                body=input.body,
            ),
        )
        return await _payload(answer, input)

    @strawberry.mutation(description="Let all mail of its kind and language begin with a version from now on.")
    async def publish_mail_opening(self, info: Info, input: PublishMailOpeningInput) -> MailOpeningPayload:
        answer = await answered(info, input, lambda viewer: rebranding.publish_opening(viewer, _number(input)))
        return await _payload(answer, input)

    @strawberry.mutation(description="Take back a published version: the one before it is live again, if any.")
    async def undo_mail_opening(self, info: Info, input: UndoMailOpeningInput) -> MailOpeningPayload:
        answer = await answered(info, input, lambda viewer: rebranding.undo_opening(viewer, _number(input)))
        return await _payload(answer, input)


def _number(input: PublishMailOpeningInput | UndoMailOpeningInput) -> int:
    return row_id(input.opening_id, "MailOpening", "opening_id")


async def _payload(answer: Answer, input: MutationInput) -> MailOpeningPayload:
    found = await rows.Opening.filter(id__in=answer.changed).select_related("author").first()
    return MailOpeningPayload(
        opening=_opening(found, await rows.live_ids(found.organization_id)) if found is not None else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )


async def _brand_payload(answer: Answer, input: MutationInput) -> MailBrandPayload:
    found = await rows.Branding.filter(organization_id__in=answer.changed).first() if answer.changed else None
    return MailBrandPayload(
        brand=_brand(found) if answer.changed else None,
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )


async def _versions(organization_id: int) -> list[MailBrandVersion]:
    """The latest looks, newest first. The first that was not undone is live."""
    found = rows.BrandVersion.filter(organization_id=organization_id).order_by("-id").limit(_VERSIONS_SHOWN)
    kept = await found.select_related("author")
    live = next((each.id for each in kept if each.undone_at is None), None)
    return [
        MailBrandVersion(
            brand=_brand(each),
            is_live=each.id == live,
            author=person(each.author) if each.author is not None else None,
            created_at=each.created_at,
            undone_at=each.undone_at,
        )
        for each in kept
    ]


def _brand(row: rows.Branding | rows.BrandVersion | None) -> MailBrand:
    row = row or rows.Branding()
    of = brand_of(row.color)
    return MailBrand(
        color=of.color,
        text_color=of.ink,
        link_color=of.link,
        logo_url=row.logo_url or None,
        logo=logo_picture(row.logo).address if row.logo else None,
        reply_to=row.reply_to or None,
        postal_address=row.postal_address or None,
        sender_name=row.sender_name or None,
    )


def _opening(row: rows.Opening, live: set[int]) -> MailOpening:
    return MailOpening(
        id=strawberry.ID(global_id("MailOpening", row.id)),
        kind=row.kind,
        language=row.language,
        body=row.body,
        is_live=row.id in live,
        author=person(row.author) if row.author is not None else None,
        created_at=row.created_at,
        published_at=row.published_at,
        undone_at=row.undone_at,
    )
