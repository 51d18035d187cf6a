"""The cast that most platform tests share: an owner, a viewer, a stranger, and the study the first two belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any  # the store of tests/object_store.py, which is imported where it is needed

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient
from servestatic.middleware import ServeStaticMiddleware

from tests.databases import begin_tests_with_a_copy, share_template
from tests.in_order import InOrder
from tests.left_out import REMEDIES, LeftOut
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.consent.models import ConsentRecord, ConsentText
from webplatform.consent.services import give_consent
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Membership, Study

PASSWORD = "correct-horse-battery"


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "fail if tests of this kind cannot run here, or if any test is skipped"
    parser.addoption("--require", action="append", default=[], choices=sorted(REMEDIES), help=text)
    parser.addoption("--contract-examples", type=int, default=2, help="requests for each operation and each kind")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(config.getoption("--require")), "left-out")
    share_template()  # with pytest-xdist's workers, which are started after this


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> InOrder:
    return InOrder(config, log)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Iterator[None]:
    """Each new test client makes its own middleware, and each of these would list 500 static files in 0.15 s."""
    lists: dict[str, tuple[dict, list]] = {}
    list_files = ServeStaticMiddleware.add_files_from_finders

    def list_once(middleware: ServeStaticMiddleware) -> None:
        if middleware.static_prefix not in lists:
            list_files(middleware)
            lists[middleware.static_prefix] = (middleware.files, middleware.directories)
        middleware.files, middleware.directories = lists[middleware.static_prefix]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServeStaticMiddleware, "add_files_from_finders", list_once)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Nothing is left to migrate when Django makes the test database."""
    with django_db_blocker.unblock():
        begin_tests_with_a_copy()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django would begin with an empty file; PostgreSQL copies the template itself."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Threads that answered asynchronous requests keep connections; PostgreSQL drops no database that is in use."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(autouse=True)
def _own_media_folder(settings, tmp_path: Path) -> Iterator[None]:
    """Every test keeps its files in a folder of its own and starts with an empty cache, in the default language."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RAUT_KEYS_DIR = tmp_path / "keys"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.RAUT_LEDGER = tmp_path / "erasures.jsonl"
    yield
    cache.clear()
    translation.deactivate()  # what a request in another language leaves behind


@pytest.fixture(scope="session")
def _store_server() -> Iterator[Any]:
    from tests.object_store import started_store  # it brings moto: only tests that need it pay for that

    with started_store() as store:
        yield store


@pytest.fixture
def object_store(_store_server, db, settings) -> Any:
    """Files lie in an object store, in a bucket of this test's own; keys in the database."""
    from tests.object_store import KEYS

    bucket = _store_server.new_bucket()
    options = {"bucket_name": bucket, "location": "lab", "endpoint_url": _store_server.url, **KEYS}
    place = {"BACKEND": "webplatform.vault.objects.ObjectStore", "OPTIONS": {**options, "region_name": "us-east-1"}}
    settings.STORAGES = {**settings.STORAGES, "recordings": place}
    settings.RAUT_KEYS_IN = "database"
    _store_server.bucket = bucket
    return _store_server


@pytest.fixture(params=["folder", "objects"])
def storage_kind(request: pytest.FixtureRequest) -> str:
    """Files lie in a folder, and once more in an object store."""
    if request.param == "objects":
        request.getfixturevalue("object_store")
    return request.param


@pytest.fixture
def owner(db) -> User:
    """Owns `study`."""
    return User.objects.create_user("owner@example.org", PASSWORD)


@pytest.fixture
def viewer(db) -> User:
    """May read what is in `study`, and change nothing."""
    return User.objects.create_user("viewer@example.org", PASSWORD)


@pytest.fixture
def stranger(db) -> User:
    """Has an account and no part in `study`."""
    return User.objects.create_user("stranger@example.org", PASSWORD)


@pytest.fixture
def study(owner: User, viewer: User) -> Study:
    """A study that `owner` owns and `viewer` views."""
    study = Study.objects.create(name="Pilot")
    Membership.objects.create(study=study, user=owner, role=Membership.Role.OWNER)
    Membership.objects.create(study=study, user=viewer, role=Membership.Role.VIEWER)
    return study


@pytest.fixture
def consent_of(db) -> Callable[[User], ConsentRecord]:
    """`consent_of(user)`: the user's agreement to the newest text."""

    def agree(user: User) -> ConsentRecord:
        if not ConsentText.objects.exists():  # a transactional test before this one has emptied every table
            ConsentText.objects.create(version=1, language="en", body="I agree.", digest="0" * 64)
        return give_consent(user=user, language="en", channel=ConsentRecord.Channel.PAGE)

    return agree


@pytest.fixture
def consent(owner: User, consent_of: Callable[[User], ConsentRecord]) -> ConsentRecord:
    """The owner's agreement."""
    return consent_of(owner)


@pytest.fixture
def model_version(db) -> ModelVersion:
    """An active model version without a bundle behind it, for tests that score nothing."""
    return ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).first() or ModelVersion.objects.create(
        name="raut-test", version="1", digest="0" * 64, bundle_path="/nowhere", state=ModelVersion.State.ACTIVE
    )


@pytest.fixture
def client_of(db) -> Callable[[User], Client]:
    """`client_of(user)`: a browser in which the user is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def token_of(db) -> Callable[[User], str]:
    """`token_of(user)`: a valid API token of the user."""

    def issue(user: User) -> str:
        return create_token(user=user, name="test")[1]

    return issue


@pytest.fixture
def api_of(token_of: Callable[[User], str]) -> Callable[[User], APIClient]:
    """`api_of(user)`: a REST client that carries the user's token."""

    def connect(user: User) -> APIClient:
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user)}")
        return api

    return connect


@pytest.fixture(scope="session")
def bundle_path() -> Path:
    """The model bundle that the project ships."""
    return next(iter(sorted(Path("inference/bundles").glob("*/spec.json")))).parent
