"""The list of sessions."""

import re

import pytest
from django.contrib.staticfiles import finders


def test_an_anonymous_visitor_reads_what_raut_is_and_finds_the_ways_in(client, db):
    html = client.get("/").content.decode()
    assert "It reads expressions, not feelings." in html
    assert 'role="button" href="/account/login/"' in html
    assert 'role="button" class="secondary" href="/account/signup/"' in html
    assert "Participants of a study need no account." in html


def test_the_first_page_loads_nothing_from_another_host_and_its_picture_is_there(client, db):
    html = client.get("/").content.decode()
    assert re.findall(r'src(?:set)?="(?!/static/)', html) == []
    for path in re.findall(r'(?:img src|srcset)="/static/([^"]+)"', html):
        assert finders.find(path), path


def test_where_sign_up_is_closed_the_first_page_tells_who_makes_accounts(client, db, settings):
    settings.RAUT_SIGNUP_OPEN = False
    html = client.get("/").content.decode()
    assert 'role="button" class="secondary" href="/account/signup/"' not in html
    assert "Accounts are made by invitation: ask whoever runs this server." in html


def test_a_filtered_list_is_found_again_after_the_login(client, db):
    html = client.get("/?q=choir&sort=title").content.decode()
    assert 'href="/account/login/?next=%2F%3Fq%3Dchoir%26sort%3Dtitle"' in html


def test_the_first_page_tells_a_stranger_nothing_of_what_is_held(client, session_of):
    session_of("Morning choir")
    assert "Morning choir" not in client.get("/?q=choir").content.decode()


def test_the_first_page_is_in_indonesian_too(client, db):
    html = client.get("/", headers={"accept-language": "id"}).content.decode()
    assert "Ekspresi wajah, dibaca di server Anda sendiri" in html


def test_members_see_the_studys_sessions_and_strangers_do_not(session_of, client_of, owner, viewer, stranger):
    session_of("Morning choir")
    assert "Morning choir" in client_of(owner).get("/").content.decode()
    assert "Morning choir" in client_of(viewer).get("/").content.decode()
    assert "Morning choir" not in client_of(stranger).get("/").content.decode()


def test_a_new_user_is_invited_to_upload(client_of, stranger):
    html = client_of(stranger).get("/").content.decode()
    assert "No sessions yet" in html
    assert 'href="/upload/"' in html


def test_a_search_that_finds_nothing_says_so_and_keeps_its_words(session_of, client_of, owner):
    session_of("Choir")
    html = client_of(owner).get("/?q=<zebra>").content.decode()
    assert "No session matches." in html
    assert 'value="&lt;zebra&gt;"' in html


def test_a_failed_row_tells_why_and_offers_to_try_again(session_of, client_of, owner):
    session = session_of("Broken", state="failed", error_message="The file ends too early.")
    html = client_of(owner).get("/").content.decode()
    assert "The file ends too early." in html
    assert f"/jobs/{session.job.pk}/retry/" in html


def test_a_running_row_shows_its_progress_and_offers_to_cancel(session_of, client_of, owner):
    session = session_of("Long", state="running", progress=0.42, faces_found=3)
    html = client_of(owner).get("/").content.decode()
    assert 'value="0.420"' in html
    assert "42 % · 3 faces" in html
    assert f"/jobs/{session.job.pk}/cancel/" in html


def test_a_viewer_is_offered_nothing_that_a_viewer_may_not_do(session_of, client_of, viewer):
    running, done = session_of("Long", state="running"), session_of("Done")
    html = client_of(viewer).get("/").content.decode()
    assert f"/jobs/{running.job.pk}/cancel/" not in html
    assert f"/sessions/{done.pk}/delete/" not in html


def test_long_lists_have_pages_that_keep_the_search(session_of, client_of, owner):
    for number in range(21):
        session_of(f"Pilot {number:02}", state="queued")
    client = client_of(owner)
    first, last = client.get("/?q=pilot"), client.get("/?q=pilot&page=2")
    assert len(first.context["rows"]) == 20
    assert "?q=pilot&amp;page=2" in first.content.decode()
    assert [row.session.title for row in last.context["rows"]] == ["Pilot 00"]


@pytest.mark.parametrize("page", ["0", "-1", "999", "x"])
def test_a_page_that_does_not_exist_shows_one_that_does(session_of, client_of, owner, page):
    session_of("Choir")
    assert "Choir" in client_of(owner).get(f"/?page={page}").content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_needs_the_same_few_queries_for_any_number_of_rows(
    session_of, client_of, owner, django_assert_num_queries, rows
):
    for number in range(rows):
        session_of(f"Pilot {number}", faces=2)
    client = client_of(owner)
    # login, user, count, rows, variables, roles, totals, policies, what goes soon; saved views; seven menus
    with django_assert_num_queries(18):
        client.get("/")


def test_titles_are_shown_as_text(session_of, client_of, owner):
    session_of("<script>alert(1)</script>")
    assert "<script>alert(1)" not in client_of(owner).get("/").content.decode()


@pytest.mark.parametrize("page", ["/", "/upload/"])
def test_the_page_runs_under_a_strict_policy_without_inline_code(session_of, client_of, owner, page):
    session_of("Choir")
    response = client_of(owner).get(page)
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    html = response.content.decode()
    assert " style=" not in html
    assert " onclick=" not in html
    modules, texts = html.count('<script type="module" src='), html.count('<script src="/jsi18n/')
    assert html.count("<script") == modules + texts + html.count('type="application/json"')
