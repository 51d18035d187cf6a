"""Refusals and errors wear our look, and tell strangers nothing."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from webplatform.common.errors import NotAllowed, NotFound, StorageFull, TooLarge
from webplatform.common.http.pages import RefusalPages
from webplatform.urls import urlpatterns as real_urlpatterns


def _break(request):
    raise ZeroDivisionError("the secret of the server")


urlpatterns = [path("breaks/", _break), *real_urlpatterns]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("Not you."), 403),
        (NotFound("No such film."), 404),
        (TooLarge("Too much."), 413),
        (StorageFull("No room."), 507),
    ],
)
def test_a_refusal_becomes_a_page_with_its_sentence_and_status(error, status):
    pages = RefusalPages(lambda request: HttpResponse())
    response = pages.process_exception(RequestFactory().get("/"), error)
    assert response.status_code == status
    assert error.message in response.content.decode()


def test_other_errors_are_left_to_django():
    pages = RefusalPages(lambda request: HttpResponse())
    assert pages.process_exception(RequestFactory().get("/"), ZeroDivisionError()) is None


def test_a_wrong_address_gets_our_page(client, db):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_form_without_its_token_gets_our_page(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post("/account/", {"first_name": "x"})
    assert response.status_code == 403
    assert "Please try again" in response.content.decode()


@pytest.mark.urls(__name__)
def test_a_broken_view_gets_our_page_and_tells_no_secret(db):
    response = Client(raise_request_exception=False).get("/breaks/")
    html = response.content.decode()
    assert response.status_code == 500
    assert "Something broke" in html
    assert "secret" not in html


@pytest.mark.urls(__name__)
def test_the_page_of_a_broken_view_speaks_the_readers_language(db):
    response = Client(raise_request_exception=False).get("/breaks/", headers={"accept-language": "id"})
    assert "Terjadi kesalahan" in response.content.decode()


def test_the_language_is_switched_by_a_button(client, db):
    client.post("/i18n/setlang/", {"language": "id", "next": "/account/login/"})
    html = client.get("/account/login/").content.decode()
    assert '<html lang="id">' in html
    assert "Masuk" in html
