"""One of everything: a study with whoever may have a part in it, and each kind of object that an address can name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.utils import timezone

import inference
from tests.shipped_texts import add_shipped_texts
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.analysis.models import AnalysisJob, MediaFile, PlaybackCopy, ResumableUpload
from webplatform.consent.models import ConsentRecord, ConsentText
from webplatform.consent.services import give_consent, give_participant_consent
from webplatform.dashboard.services import save_view
from webplatform.exporting.options import Options
from webplatform.exporting.services import request_export_job
from webplatform.exporting.work import run_export_job
from webplatform.fetching.models import Fetch
from webplatform.history.bin import bin_session
from webplatform.history.corrections import correct
from webplatform.history.face_edits import name_face
from webplatform.history.markers import add_marker
from webplatform.history.models import Session
from webplatform.history.segments import add_segment
from webplatform.history.services import append_readings, close_session, fail_session, open_session, use_model
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.learning.work import import_folder
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import register_bundle
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.participation.requests import submit_request
from webplatform.retention.models import DataExport, Receipt
from webplatform.retention.services import request_export
from webplatform.studies.approvals import ask_approval
from webplatform.studies.conditions import add_condition
from webplatform.studies.invitations import invite
from webplatform.studies.models import (
    Invitation,
    Membership,
    Participant,
    ParticipantLink,
    ParticipantRequest,
    Stimulus,
    Study,
)
from webplatform.studies.services import StudyStatement, create_study
from webplatform.studies.variables import add_variable
from webplatform.vault.keys import keep_key
from webplatform.vault.sealed import new_key, seal_copy
from webplatform.webhooks.services import add_webhook, send_test

PASSWORD = "correct-horse-battery"
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)


def build_world() -> dict[str, Any]:
    """The objects by the names that the table's addresses use; `users` holds who asks, and `key` opens the link."""
    ship_texts()
    (import_folder() / "own").mkdir(parents=True)
    users = {name: User.objects.create_user(f"{name}@example.org", PASSWORD) for name in ("owner", "analyst", "viewer")}
    users["stranger"] = User.objects.create_user("stranger@example.org", PASSWORD)
    users["admin"] = User.objects.create_superuser("admin@example.org", PASSWORD)
    study = _study(users)
    models = _models()
    consent = give_consent(
        user=users["owner"], language="en", channel="page", scopes=["analyse", "keep_media", "train", "share"]
    )
    for name in ("analyst", "viewer", "stranger", "admin"):
        give_consent(user=users[name], language="en", channel="page")
    session = _session(study, users["owner"], consent, models["model"])
    return {
        "users": users,
        "study": study.pk,
        "consent": consent.pk,
        "digest": consent.text.digest,
        "session": session.pk,
        "again": _session(study, users["owner"], consent, models["candidate"], repeats=session).pk,
        "binned": _binned(study, users["owner"], consent, models["model"]),
        "token": create_token(user=users["owner"], name="notebook")[0].pk,
        "media": session.media.pk,
        "login": users["owner"].usersession_set.create(ip="127.0.0.1", user_agent="x", session_key="k" * 32).pk,
        "member": users["viewer"].pk,
        "invitation": _letter(by=users["owner"], email="new@example.org", study=study, role="viewer"),
        "letter": _letter(by=users["admin"], email="newer@example.org"),
        "copy": _copy(users["owner"]),
        "upload": ResumableUpload.objects.create(
            user=users["owner"],
            consent=consent,
            study=study,
            size_bytes=9,
            state="done",
            expires_at=timezone.now() + timedelta(days=1),
        ).pk,
        "fetch": Fetch.objects.create(
            user=users["owner"], consent=consent, study=study, host="media.example.org", next_at=timezone.now()
        ).pk,
        "export": _export(session, users["owner"]),
        **_webhook(study, users["owner"]),
        "receipt": Receipt.objects.create(kind="purge", study_id=study.pk, begun_at=timezone.now()).pk,
        "proposal": models["candidate"].proposals.create(by=users["admin"], reason="better").pk,
        "reading": session.observations.get().pk,
        "authenticator": TOTP.activate(users["owner"], generate_totp_secret()).instance.pk,
        "marker": add_marker(session=session, user=users["owner"], t_ms=0, text="question 3").pk,
        "segment": add_segment(session=session, user=users["owner"], stretch=(0, 900), kind="segment", label="film").pk,
        "face_edit": name_face(session=session, user=users["owner"], face="1", name="Left").pk,
        "correction": correct(session=session, user=users["owner"], track=1, from_ms=0, to_ms=0, emotion="sad").pk,
        "condition": add_condition(study=study, user=users["owner"], name="film A").pk,
        "stimulus": _film(study),
        "variable": add_variable(study=study, user=users["owner"], name="hand", kind="text").pk,
        "view": save_view(user=users["owner"], name="Done", query="state=closed").pk,
        "restricted": _restricted(users["owner"]).pk,
        "text": ConsentText.objects.first().pk,
        "group": Group.objects.create(name="lab").pk,
        "user": users["stranger"].pk,
        "address": users["owner"].emailaddress_set.create(email=users["owner"].email, verified=True).pk,
        **{name: found.pk for name, found in models.items()},
        **_jobs(study, users["owner"], consent),
        **_participant(study, users["owner"]),
        **_learning(users["admin"], models),
    }


def ship_texts() -> None:
    """The texts that the migrations ship; a test before this one may have emptied every table."""
    if not ConsentText.objects.filter(audience="account").exists():
        ConsentText.objects.create(version=1, language="en", body="I agree.", digest="0" * 64)
    if not ConsentText.objects.filter(audience="participant").exists():
        add_shipped_texts()


def _study(users: dict[str, User]) -> Study:
    stated = StudyStatement(name="Pilot", purpose="How jokes land", setting="research", contact="Dr Dewi")
    study = create_study(user=users["owner"], statement=stated)
    for name in ("analyst", "viewer"):
        Membership.objects.create(study=study, user=users[name], role=name)
    return study


def _restricted(owner: User) -> Any:
    stated = {"setting": "workplace", "exemption": "safety", "exemption_reason": "Drivers who fall asleep. " * 3}
    study = Study.objects.create(name="Night shift", purpose="Tiredness", contact="Dr Dewi", **stated)
    Membership.objects.create(study=study, user=owner, role="owner")
    return ask_approval(study=study, user=owner)


def _session(
    study: Study, owner: User, consent: ConsentRecord, version: ModelVersion, repeats: Session | None = None
) -> Session:
    """A closed session with a reading and a video, or one that reads the video of another one again."""
    session = open_session(study=study, user=owner, consent=consent, title="Walk", source="upload", every_ms=200)
    Session.objects.filter(pk=session.pk).update(repeats=repeats)
    use_model(session=session, version=version)
    append_readings(session=session, readings=[frame(0, face(1, happy=0.8, sad=0.2))])
    close_session(session=session, duration_ms=1000, is_partial=False)
    if repeats is None:
        _media(session)
    AnalysisJob.objects.create(session=session, state="done", queued_at=timezone.now(), finished_at=timezone.now())
    return session


def _binned(study: Study, owner: User, consent: ConsentRecord, version: ModelVersion) -> Any:
    """A session that was deleted and can be restored."""
    session = bin_session(session=_session(study, owner, consent, version), user=owner)
    assert session is not None
    return session.pk


def _media(session: Session) -> None:
    session.folder.mkdir(parents=True)
    (session.folder / "media.mp4").write_bytes(MP4)
    about = {"stored_name": "media.mp4", "content_type": "video/mp4", "size_bytes": len(MP4), "sha256": "0" * 64}
    media = MediaFile.objects.create(session=session, original_name="walk.mp4", **about)
    PlaybackCopy.objects.create(media=media, state="done", stored_name="media.mp4", size_bytes=len(MP4))


def _film(study: Study) -> Any:
    """A film that can be played as far as its key and file go."""
    about = {"content_type": "video/mp4", "size_bytes": len(MP4), "sha256": "4" * 64, "duration_ms": 1000}
    film = Stimulus.objects.create(study=study, title="Cat", stored_name="media.mp4.sealed", **about)
    film.folder.mkdir(parents=True)
    key = new_key()
    seal_copy([MP4], film.folder / film.stored_name, key)
    keep_key(film.key_name, key)
    return film.pk


def _jobs(study: Study, owner: User, consent: ConsentRecord) -> dict[str, Any]:
    found = {}
    for name, state in (("waiting", "queued"), ("failed", "failed")):
        session = open_session(study=study, user=owner, consent=consent, title=name, source="upload", every_ms=200)
        if state == "failed":
            fail_session(session=session)
        found[f"{name}_job"] = AnalysisJob.objects.create(session=session, state=state, queued_at=timezone.now()).pk
    return found


def _participant(study: Study, owner: User) -> dict[str, Any]:
    blue: Participant = add_participant(study=study, user=owner, pseudonym="Blue")
    link, key = create_link(participant=blue, user=owner)
    given = give_participant_consent(participant=blue, language="en", channel="link", scopes=["analyse", "keep_media"])
    asked: ParticipantRequest = submit_request(participant=blue, kind="question", text="Until when?")
    spare = ParticipantLink.objects.create(
        participant=blue, digest="1" * 64, created_by=owner, expires_at=timezone.now() + timedelta(days=1)
    )
    ids = {"participant": blue.pk, "own_consent": given.pk, "request": asked.pk, "spare_link": spare.pk}
    return {**ids, "link": link.pk, "key": key, "own_copy": _copy(blue)}


def _letter(**invitation: Any) -> Any:
    """An invitation that was sent long enough ago to be sent again."""
    letter = invite(**invitation)
    Invitation.objects.filter(pk=letter.pk).update(sent_at=timezone.now() - timedelta(hours=1))
    return letter.pk


def _copy(whose: Any) -> Any:
    """The copy of somebody's data, ready to be fetched."""
    copy = request_export(of=whose, language="en")
    tomorrow = timezone.now() + timedelta(days=1)
    DataExport.objects.filter(pk=copy.pk).update(state="done", expires_at=tomorrow, finished_at=timezone.now())
    copy.file.parent.mkdir(exist_ok=True)
    copy.file.write_bytes(b"PK")
    return copy.pk


def _export(session: Session, owner: User) -> Any:
    """A file of the session, ready to be fetched."""
    job = request_export_job(user=owner, kind="csv", options=Options(), language="en", sessions=[session.pk])
    run_export_job(job.pk)
    return job.pk


def _webhook(study: Study, owner: User) -> dict[str, Any]:
    """A webhook of the study, with an event that was delivered."""
    told = {"name": "tool", "url": "https://hooks.example.org/in", "events": ["job.done"]}
    made, _secret = add_webhook(user=owner, study=study, **told)
    delivery = send_test(webhook=made, user=owner)
    made.deliveries.update(state="done", finished_at=timezone.now())
    return {"webhook": made.pk, "delivery": delivery.pk}


def _models() -> dict[str, ModelVersion]:
    made = register_bundle(path=Path(inference.SHIPPED_BUNDLE), activate=True)
    old = ModelVersion.objects.create(name="raut-old", version="1", digest="2" * 64, bundle_path="/nowhere")
    return {"model": made, "candidate": old}


def _learning(admin: User, models: dict[str, ModelVersion]) -> dict[str, Any]:
    done = Dataset.objects.create(name="Faces", state="done", created_by=admin, digest="3" * 64)
    spare = Dataset.objects.create(name="Spare", state="done", created_by=admin)
    checked = Dataset.objects.create(name="Checked", state="checked", created_by=admin)
    importing = Dataset.objects.create(name="Importing", created_by=admin)
    run = TrainingRun.objects.create(dataset=done, recipe="small", created_by=admin)
    two = {"first": models["model"], "second": models["candidate"]}
    comparison = Comparison.objects.create(**two, dataset=done, created_by=admin)
    found = {
        "dataset": done,
        "spare_dataset": spare,
        "importing": importing,
        "checked_dataset": checked,
        "run": run,
        "comparison": comparison,
    }
    return {name: one.pk for name, one in found.items()}
