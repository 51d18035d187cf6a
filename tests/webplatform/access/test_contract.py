"""Every operation against its own document: generated requests, by an ordinary account and by an admin.

`pytest tests/webplatform/access/test_contract.py --contract-examples 200` looks longer than the usual few.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.api_document import api_document
from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import create_token

WORLD = {
    "approval_id": "restricted", "condition_id": "condition", "correction_id": "correction", "link_id": "spare_link",
    "marker_id": "marker", "other_id": "again", "participant_id": "participant", "receipt_id": "receipt",
    "record_id": "consent", "request_id": "request", "run_id": "run", "segment_id": "segment", "session_id": "session",
    "stimulus_id": "stimulus", "study_id": "study", "token_id": "token", "variable_id": "variable",
    "version_id": "candidate", "user_id": "user", "invitation_id": "invitation", "export_id": "copy",
    "job_id": "waiting_job", "fetch_id": "fetch",
}  # fmt: skip
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:8000"
ENDLESS = "/api/v1/jobs/{job_id}/events/"  # a stream, which only an asynchronous server answers
# What a valid request names is gone, is too large, has no such part, has another checksum.
LACKING = ["410", "413", "416", "460"]
# What a valid request may be refused for all the same, and by which operations: rules between members, and on what
# files and the study hold. A member's own rules stand in the document.
RULES = {
    "The password is wrong.": ["POST /account/erasure/"],
    "is not a video that can be analysed.": ["POST /analyses/", "POST /studies/{study_id}/stimuli/"],
    "is a picture or an animation.": ["POST /analyses/", "POST /studies/{study_id}/stimuli/"],
    "Nothing can be done without consent to the analysis.": ["POST /consent/", "POST /own/consent/"],
    "Name either sessions or a study.": ["POST /export-jobs/"],
    "The picture is no JPEG, PNG or WebP.": ["POST /live/check/"],
    "This face has no reading in that stretch.": ["POST /sessions/{session_id}/corrections/"],
    "The stretch must end after it starts.": ["POST /sessions/{session_id}/corrections/"],
    " is missing.": ["POST /sessions/{session_id}/faces/edits/"],
    "A colour is written as #rrggbb.": ["POST /sessions/{session_id}/faces/edits/"],
    "There is no such face.": ["POST /sessions/{session_id}/faces/edits/"],
    "A marker lies within its session.": [
        "POST /sessions/{session_id}/markers/", "PATCH /sessions/{session_id}/markers/{marker_id}/"
    ],
    "A segment ends after it starts.": [
        "POST /sessions/{session_id}/segments/", "PUT /sessions/{session_id}/segments/{segment_id}/"
    ],
    "A segment lies within its session.": [
        "POST /sessions/{session_id}/segments/", "PUT /sessions/{session_id}/segments/{segment_id}/"
    ],
    "There is no line with a marker in this file.": ["POST /sessions/{session_id}/marks/import/"],
    "This is no text in UTF-8.": ["POST /sessions/{session_id}/marks/import/"],
    "No file was submitted.": [
        "POST /sessions/{session_id}/marks/import/", "POST /analyses/", "POST /studies/{study_id}/stimuli/",
        "POST /live/check/",
    ],
    "Emotion recognition at work, in recruitment and in education is forbidden": [
        "POST /studies/", "PUT /studies/{study_id}/"
    ],
    "Seven shares are needed": ["POST /studies/", "PUT /studies/{study_id}/"],
    "A pseudonym has at most 40 characters and is no address or name.": [
        "POST /studies/{study_id}/participants/", "PATCH /participants/{participant_id}/"
    ],
    "A list has from 2 to 50 choices.": ["POST /studies/{study_id}/variables/", "PATCH /variables/{variable_id}/"],
    "Nobody was added.": ["POST /studies/{study_id}/participants/many/"],
    "Nothing stays longer than its session.": ["PUT /studies/{study_id}/retention/"],
    "Write an address that begins with https://.": [
        "POST /webhooks/", "PATCH /webhooks/{webhook_id}/", "POST /fetches/"
    ],
    "Say why the study is refused.": ["POST /approvals/{approval_id}/decision/"],
    "in the server's import folder.": ["POST /datasets/"],
    "The header Upload-Metadata cannot be read.": ["POST /uploads/"],
    "Unknown in Upload-Metadata": ["POST /uploads/"],
}  # fmt: skip
HEALTH = [
    hypothesis.HealthCheck.too_slow,
    hypothesis.HealthCheck.filter_too_much,
    hypothesis.HealthCheck.data_too_large,
]


def real(case: Any, world: dict[str, Any]) -> None:
    """Names of things that exist in place of generated ones, unless those are wrong on purpose."""
    parts = case.meta.components if case.meta else {}
    wrong = {str(getattr(place, "value", place)) for place, part in parts.items() if part.mode.is_negative}
    if not wrong & {"path", "path_parameters"}:
        case.path_parameters = {
            name: str(world[WORLD[name]]) if name in WORLD else value for name, value in case.path_parameters.items()
        }
    if "Participant-Key" in case.headers and not wrong & {"header", "headers"}:
        case.headers["Participant-Key"] = world["key"]


@pytest.fixture(scope="module")
def tokens(world: dict[str, Any]) -> dict[str, str]:
    scopes = {"owner": ["read", "write", "live"], "admin": ApiToken.Scope.values}
    return {who: create_token(user=world["users"][who], name="x", scopes=scopes[who])[1] for who in scopes}


@pytest.fixture
def application() -> Iterator[Any]:
    """The platform as a server calls it, which keeps the connection that holds the world's transaction."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    platform = get_wsgi_application()

    def closing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Servers close an answer when it is sent, which also closes the request's files; schemathesis does not."""
        with contextlib.closing(platform(environ, start_response)) as answer:
            return [b"".join(answer)]

    yield closing
    for end in ends:
        end.connect(close_old_connections)


def test_every_rule_is_one_of_an_operation_that_there_is():
    paths = api_document()["paths"]
    known = {f"{method.upper()} {path.replace('/api/v1', '')}" for path, methods in paths.items() for method in methods}
    assert {operation for operations in RULES.values() for operation in operations} <= known


def faults(case: Any, token: str) -> list[str]:
    """What is wrong with the answer to a request; whatever that changed in the database is undone."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    is_partial = "fields" in (case.query or {})  # then the answer lacks members on purpose
    with transaction.atomic():
        answer = case.call(base_url=BASE, headers=headers)
        transaction.set_rollback(True)
    try:
        left_out = [response_schema_conformance] if is_partial else []
        case.validate_response(answer, headers=headers, excluded_checks=left_out)
    except FailureGroup as found:
        here = case.operation.label.replace("/api/v1", "")
        rules = [rule.encode() for rule, operations in RULES.items() if here in operations]
        is_ruled_out = answer.status_code == 400 and any(rule in answer.content for rule in rules)
        sent = f"{answer.request.url.removeprefix(BASE)} {answer.request.body!r:.300}"
        said = f"{answer.status_code} {answer.content!r:.500}"
        return [
            f"{case.operation.label}: {failure.title}\n  {sent}\n  {said}\n  {failure.message:.300}"
            for failure in found.exceptions
            if not (is_ruled_out and isinstance(failure, RejectedPositiveData))
        ]
    return []


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_every_operation_keeps_to_the_document(mode, tokens, world, application, settings, request):
    settings.RAUT_FETCH_HOSTS = ["*"]  # nothing is fetched: what is asked for is undone
    settings.RAUT_RATES = dict.fromkeys(settings.RAUT_RATES, (10**9, 60))
    document = schemathesis.openapi.from_dict(deepcopy(api_document()))
    document.app = application
    document.config.generation.update(allow_x00=False)  # what no database holds: security/test_values.py
    checks = document.config.checks
    checks.positive_data_acceptance.expected_statuses = [*checks.positive_data_acceptance.expected_statuses, *LACKING]
    checks.negative_data_rejection.expected_statuses = [*checks.negative_data_rejection.expected_statuses, "412"]
    found: list[str] = []
    for operation in (one.ok() for one in document.exclude(path=ENDLESS).get_all_operations()):

        @hypothesis.seed(14)
        @hypothesis.settings(
            max_examples=request.config.getoption("--contract-examples"),
            deadline=None,
            database=None,
            suppress_health_check=HEALTH,
            phases=[hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            real(case, world)
            for token in tokens.values():
                found.extend(faults(case, token))

        with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # nothing in it can be wrong
            ask()
    assert not found, "\n\n".join(found)
