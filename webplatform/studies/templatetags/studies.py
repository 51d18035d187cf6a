"""The head that every page of a study has: where one is, and what else there is."""

from __future__ import annotations

from typing import Any

from django import template

from webplatform.studies.approvals import is_permitted, lacks_assessment, open_question
from webplatform.studies.models import Membership, Study
from webplatform.studies.navigation import areas_for

register = template.Library()


@register.inclusion_tag("studies/parts/head.html", takes_context=True)
def study_head(context: dict[str, Any], study: Study, here: str) -> dict[str, Any]:
    """The study's name, its areas and the pages of this one; `here` is the page's key in `studies.navigation`."""
    user = context["user"]
    role = Membership.objects.filter(study=study, user_id=user.pk).values_list("role", flat=True).first()
    areas = []
    own_places: list[dict[str, Any]] = []
    for name, places in areas_for(study, role):
        is_here = any(place.key == here for place in places)
        areas.append({"name": name, "address": places[0].address(study), "is_here": is_here})
        if is_here:
            own_places = [
                {"name": place.name, "address": place.address(study), "is_here": place.key == here} for place in places
            ]
    permitted = study.closed_at is not None or is_permitted(study)
    return {
        "study": study,
        "areas": areas,
        "places": own_places if len(own_places) > 1 else [],
        "is_permitted": permitted,
        "lacks_assessment": not permitted and lacks_assessment(study),
        "question": not permitted and open_question(study),
    }
