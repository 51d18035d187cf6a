"""Many participants at once, from a list or a table that somebody pastes: all of them are added, or nobody."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import AppError, Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.participation.participants import clean_pseudonym
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Participant, Study
from webplatform.studies.permissions import require_recorder
from webplatform.studies.variables import COLUMNS, checked_values

MOST = 500
MOST_CHARACTERS = 200_000
_RANGE = re.compile(
    r"^(?P<head>.*?)(?P<first>\d{1,6})\s*(?:to|until|sampai|s/d|\.\.\.?|…|–|—|-)\s*(?P<tail>.*?)(?P<last>\d{1,6})$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One participant to be.

    Args:
        number: its line in the text that was sent, from 1.
        condition: its name, or empty.
        variables: values by the variables' names.
    """

    number: int
    pseudonym: str
    language: str = ""
    condition: str = ""
    variables: dict[str, object] = field(default_factory=dict)


def read_lines(text: str) -> list[Line]:
    """The participants that a pasted text names: one on each line, ranges such as "P01 to P30", or a table whose first
    line names its columns: pseudonym, language, condition, and variables.

    Raises:
        Invalid: nothing is named, or more than may be; `details` hold `problems` where lines are wrong.
    """
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("This text is too long."), field="text")
    rows = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not rows:
        raise Invalid(_("Write a pseudonym on each line."), field="text")
    delimiter = max("\t;,", key=rows[0][1].count)
    columns = [_column(cell) for cell in _cells(rows[0][1], delimiter)]
    lines = list(_table(rows[1:], columns, delimiter) if columns[0] == "pseudonym" else _plain(rows))
    if len(lines) > MOST:
        raise Invalid(_("At most %(most)d participants are added at once.") % {"most": MOST}, field="text")
    return lines


@transaction.atomic
def add_participants(*, study: Study, user: User, lines: Sequence[Line]) -> list[Participant]:
    """The study has all of these participants; where one line is wrong, it has none of them.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: lines are wrong or named twice; `details` hold `problems`: each with its `line` and `message`.
    """
    require_recorder(study, user)
    prefetch_related_objects([study], "conditions", "variables")  # asked for at every line
    if not 1 <= len(lines) <= MOST:
        raise Invalid(_("From 1 to %(most)d participants are added at once.") % {"most": MOST}, field="text")
    taken_names = {name.casefold() for name in study.participants.values_list("pseudonym", flat=True)}
    name_counts = Counter(shown_text(line.pseudonym).casefold() for line in lines)
    added, problems = [], []
    for line in lines:
        try:
            added.append(_participant(study, user, line, taken_names, name_counts))
        except AppError as error:
            problems.append({"line": line.number, "message": f"{shown_text(line.pseudonym)[:60]}: {error.message}"})
    if problems:
        raise _wrong(problems)
    try:
        with transaction.atomic():
            Participant.objects.bulk_create(added)
    except IntegrityError as error:  # somebody else has added one of them meanwhile
        raise Conflict(_("The study has a participant of this pseudonym already."), field="text") from error
    record(actor=user, action="participants.added", study=study, participants=[str(one.pk) for one in added])
    return added


def _participant(study: Study, user: User, line: Line, taken_names: set[str], name_counts: Counter[str]) -> Participant:
    name = clean_pseudonym(line.pseudonym)
    if not name:
        raise Invalid(_("A pseudonym cannot be empty."))
    if name.casefold() in taken_names:
        raise Conflict(_("The study has a participant of this pseudonym already."))
    if name_counts[name.casefold()] > 1:
        raise Conflict(_("This pseudonym stands here more than once."))
    language = line.language or study.languages[0]
    if language not in study.languages:
        raise Invalid(_("The study does not offer this language."))
    conditions = {condition.name.casefold(): condition for condition in study.conditions.all()}
    conditions |= {condition.name: condition for condition in study.conditions.all()}
    chosen = conditions.get(line.condition) or conditions.get(line.condition.casefold())
    if line.condition and chosen is None:
        raise Invalid(_("The study has no condition “%(name)s”.") % {"name": line.condition})
    values = {key: value for key, value in checked_values(study, line.variables).items() if value is not None}
    return Participant(study=study, pseudonym=name, language=language, condition=chosen, values=values, created_by=user)


def _plain(rows: list[tuple[int, str]]) -> Iterator[Line]:
    problems = []
    for number, text in rows:
        if any(sign in text for sign in "\t;,"):
            message = _("For a table, name the columns in the first line, beginning with: pseudonym")
            problems.append({"line": number, "message": message})
            continue
        names = _expanded(text.strip())
        if names is None:
            message = _("“%(text)s” is no range from low to high, of at most %(most)d.")
            problems.append({"line": number, "message": message % {"text": text.strip()[:60], "most": MOST}})
            continue
        yield from (Line(number, name) for name in names)
    if problems:
        raise _wrong(problems)


def _table(rows: list[tuple[int, str]], columns: list[str], delimiter: str) -> Iterator[Line]:
    problems = []
    if len(set(columns)) < len(columns):
        problems.append({"line": 1, "message": _("Two columns have the same name.")})
    for number, text in rows:
        cells = [shown_text(cell) for cell in _cells(text, delimiter)]
        if len(cells) > len(columns):
            problems.append({"line": number, "message": _("There are more cells than columns.")})
            continue
        row = dict(zip(columns, cells, strict=False))
        variables = {name: value for name, value in row.items() if name not in COLUMNS}
        yield Line(number, row["pseudonym"], row.get("language", ""), row.get("condition", ""), variables)
    if problems:
        raise _wrong(problems)


def _expanded(text: str) -> list[str] | None:
    """The pseudonyms that one line stands for; None for a range that makes no sense."""
    match = _RANGE.match(text)
    if match is None or (match["tail"] and match["tail"] != match["head"]):
        return [text]
    if not match["tail"] and not re.search(r"\s|\.\.|…|–|—", text):
        return [text]  # "P-01-02" is a pseudonym; a range has blanks, or repeats what stands before the number
    first, last = int(match["first"]), int(match["last"])
    if not first <= last < first + MOST:
        return None
    width = len(match["first"])
    return [f"{match['head']}{number:0{width}}" for number in range(first, last + 1)]


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text), delimiter=delimiter, strict=False), [""])


def _column(cell: str) -> str:
    name = shown_text(cell)
    return COLUMNS.get(name.casefold(), name)


def _wrong(problems: list[dict[str, object]]) -> Invalid:
    return Invalid(_("Nobody was added. Mend these lines first."), field="text", problems=problems)
