"""Figures for a request's parameters: shared by pages, files and the REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict
from webplatform.results import tables
from webplatform.results.choices import Choice, choice_from
from webplatform.results.models import StudyFigures
from webplatform.results.queries import lines_of, plain_choice
from webplatform.results.services import request_figures
from webplatform.studies.models import Study


def asked_choice(study: Study, parameters: Mapping[str, Any]) -> Choice:
    """The choice of an address; where it says nothing of a grouping, the study's plain one."""
    choice = choice_from(parameters)
    return choice if parameters.get("by") else replace(choice, by=plain_choice(study).by)


def figures_for(study: Study, parameters: Mapping[str, Any]) -> StudyFigures:
    """The study's results for what an address asks."""
    return request_figures(study=study, choice=asked_choice(study, parameters))


def table_file(study: Study, parameters: Mapping[str, Any], name: str, user: User) -> tuple[Iterator[str], str]:
    """One table as the pieces of a CSV file, and the file's name; the audit says that it went.

    Raises:
        Conflict: these results are being made.
    """
    figures = current_figures(study, parameters)
    columns, rows = tables.table_of(name, figures.result, lines_of(study, figures.result))
    record_taken(study.pk, user)
    return tables.pieces(columns, rows), file_name(study, name, "csv")


def shown_emotions(parameters: Mapping[str, Any]) -> list[str]:
    """The expressions that an address shows; all where it names none."""
    names = set(str(parameters.get("show", "")).split(","))
    return [str(emotion) for emotion in EMOTIONS if str(emotion) in names] or [str(emotion) for emotion in EMOTIONS]


def drawing_files() -> ModuleType:
    """What makes pictures and reports; loaded when one is asked for, since its libraries take 80 MB of a process."""
    return import_module("webplatform.results.report_files")


def current_figures(study: Study, parameters: Mapping[str, Any]) -> StudyFigures:
    """The results, whole and of what the study holds now.

    Raises:
        Conflict: they are being made.
    """
    figures = figures_for(study, parameters)
    if not figures.is_current:
        raise Conflict(_("These results are being computed. Try again in a moment."), state=figures.state)
    return figures


def record_taken(study_id: UUID, user: User) -> None:
    """The audit says that results of the study were taken."""
    record_event("study.results_exported", actor=user, study_id=study_id, target=f"study:{study_id}")


def file_name(study: Study, name: str, ending: str) -> str:
    """What a file of the study's results is called."""
    return f"{slugify(study.name)[:60].strip('-_') or 'study'}-{name}.{ending}"
