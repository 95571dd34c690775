"""What can be reported: an organization's categories, and what each of them asks."""

from __future__ import annotations

from typing import Any

from api.open311.problems import Problem
from casework.organizations import Organization, RequestCategory
from casework.questions import Question, questions_from
from casework.text import whole_number


async def service_list(organization: Organization) -> list[dict[str, Any]]:
    usable = RequestCategory.filter(organization_id=organization.id, deleted_at__isnull=True)
    return [
        {
            "service_code": str(category.id),
            "service_name": category.name,
            "description": category.description,
            "metadata": bool(category.questions),
            # What guests write waits for staff: then there is a token first, and the number later.
            "type": "batch" if organization.hold_guests else "realtime",
            "keywords": "",
            "group": "",
        }
        for category in await usable.order_by("name", "id")
    ]


async def service_definition(organization: Organization, code: str) -> dict[str, Any]:
    """Raises Problem where no such service is offered."""
    offered = RequestCategory.filter(organization_id=organization.id, deleted_at__isnull=True)
    category = await offered.get_or_none(id=whole_number(code) or 0)
    if category is None:
        raise Problem(404, f"service_code: there is no service {code!r}.")
    questions = questions_from(category.questions)
    return {
        "service_code": str(category.id),
        "attributes": [_attribute(question, order) for order, question in enumerate(questions, 1)],
    }


def _attribute(question: Question, order: int) -> dict[str, Any]:
    return {
        "variable": question.variable,
        "code": question.code,
        "datatype": question.datatype.value,
        "required": question.required,
        "datatype_description": question.hint,
        "order": order,
        "description": question.prompt,
        "values": [{"key": choice.key, "name": choice.name} for choice in question.choices],
    }
