"""The texts of the pages' scripts: each page names those of its language, and browsers keep them."""

import gzip
import re

import pytest
from django.urls import reverse

from webplatform.common.http.script_texts import script_texts_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "is_translated"), [("en", False), ("id", True)])
def test_a_page_names_the_texts_of_its_language_and_browsers_keep_them(
    language, is_translated, client_of, owner, consent
):
    page = client_of(owner).get(reverse("live:page"), headers={"accept-language": language}).content.decode()
    [address] = re.findall(r'<script src="(/jsi18n/[^"]+)"></script>', page)
    assert page.index(address) < page.index('<script type="module" src="/static/js/live/main.js"')
    script = client_of(owner).get(address)
    assert (script["Content-Type"], "immutable" in script["Cache-Control"]) == ("text/javascript; charset=utf-8", True)
    assert b"globals.ngettext" in script.content
    assert (b"Coba lagi" in script.content) is is_translated
    packed = client_of(owner).get(address, headers={"accept-encoding": "gzip"})
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", script.content)


def test_texts_of_an_earlier_version_are_answered_with_those_of_today_and_not_kept(client):
    answer = client.get(reverse("script-texts", args=["id", "0"]))
    assert answer.content == script_texts_in("id").content
    assert answer["Cache-Control"] == "no-cache"


def test_the_scripts_get_no_texts_of_the_administration():
    assert b"Available %s" not in script_texts_in("id").content
