"""Consent is given to a version, once, and can be taken back."""

import hashlib

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ProtectedError

from webplatform.common.errors import Conflict, ConsentMissing
from webplatform.consent import queries
from webplatform.consent.models import ConsentRecord, ConsentText
from webplatform.consent.services import (
    give_consent,
    give_participant_consent,
    require_consent,
    withdraw_consent,
)
from webplatform.studies.models import Participant

PAGE = ConsentRecord.Channel.PAGE


def _newer_text(version=5):
    return ConsentText.objects.create(version=version, language="en", body="New\nText.", digest="0" * 64)


@pytest.mark.parametrize(("asked", "got"), [("en", "en"), ("id", "id"), ("id-ID", "id"), ("fr", "en")])
def test_the_current_text_comes_in_the_readers_language_or_in_english(asked, got):
    assert queries.current_text(asked).language == got


def test_both_languages_say_the_same_number_of_things():
    texts = [queries.current_text(language) for language in ("en", "id")]
    assert [len(text.sections) for text in texts] == [8, 8]
    assert all(heading and body for text in texts for heading, body in text.sections)


def test_a_texts_digest_is_that_of_its_body():
    text = queries.current_text("id")
    assert text.digest == hashlib.sha256(text.body.encode()).hexdigest()


def test_a_newer_text_that_is_not_translated_yet_is_asked_for_in_english():
    _newer_text()
    assert (queries.current_text("id").language, queries.current_text("id").version) == ("en", 5)


def test_given_consent_says_who_agreed_to_what_and_how(owner):
    record = give_consent(user=owner, language="id", channel=PAGE)
    assert (record.user, record.text.language, record.channel) == (owner, "id", PAGE)
    assert require_consent(of=owner) == record


def test_agreeing_twice_keeps_the_first_record_also_in_another_language(owner):
    first = give_consent(user=owner, language="en", channel=PAGE)
    assert give_consent(user=owner, language="en", channel=PAGE) == first
    assert give_consent(user=owner, language="id", channel=PAGE) == first


def test_consent_never_given_is_missing(owner):
    with pytest.raises(ConsentMissing):
        require_consent(of=owner)


def test_somebody_elses_consent_does_not_count(owner, stranger):
    give_consent(user=stranger, language="en", channel=PAGE)
    with pytest.raises(ConsentMissing):
        require_consent(of=owner)


def test_withdrawn_consent_is_missing_and_its_record_stays(owner):
    record = give_consent(user=owner, language="en", channel=PAGE)
    assert withdraw_consent(of=owner) == 1
    with pytest.raises(ConsentMissing):
        require_consent(of=owner)
    record.refresh_from_db()
    assert record.withdrawn_at is not None


def test_withdrawing_twice_keeps_the_first_time(owner):
    record = give_consent(user=owner, language="en", channel=PAGE)
    withdraw_consent(of=owner)
    record.refresh_from_db()
    first = record.withdrawn_at
    assert withdraw_consent(of=owner) == 0
    record.refresh_from_db()
    assert record.withdrawn_at == first


def test_withdrawing_touches_nobody_else(owner, stranger):
    give_consent(user=stranger, language="en", channel=PAGE)
    withdraw_consent(of=owner)
    assert require_consent(of=stranger)


def test_consent_given_again_after_withdrawal_is_a_new_record(owner):
    first = give_consent(user=owner, language="en", channel=PAGE)
    withdraw_consent(of=owner)
    second = give_consent(user=owner, language="en", channel=PAGE)
    assert second != first
    assert list(queries.consent_history(owner)) == [second, first]


def test_a_newer_text_asks_again(owner):
    give_consent(user=owner, language="en", channel=PAGE)
    _newer_text()
    with pytest.raises(ConsentMissing):
        require_consent(of=owner)
    assert give_consent(user=owner, language="en", channel=PAGE).text.version == 5


def test_a_text_that_somebody_agreed_to_cannot_be_deleted(owner):
    record = give_consent(user=owner, language="en", channel=PAGE)
    with pytest.raises(ProtectedError):
        record.text.delete()


def test_a_scope_can_be_allowed_later_and_the_earlier_record_keeps_its_own(owner):
    first = give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "train"])
    second = give_consent(user=owner, language="id", channel=PAGE, scopes=["analyse", "share"])
    assert (second.scopes, require_consent(of=owner)) == (["analyse", "train", "share"], second)
    assert queries.effective_scopes(first) == {"analyse", "train"}
    assert give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "share"]) == second


def test_a_scope_that_was_taken_back_can_be_allowed_again_for_what_comes(owner):
    first = give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "share"])
    withdraw_consent(of=owner, scopes=["share"])
    second = give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "share"])
    assert (queries.effective_scopes(first), queries.effective_scopes(second)) == ({"analyse"}, {"analyse", "share"})


def test_taking_a_scope_back_reaches_every_record_that_covers_it(owner):
    give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "share"])
    give_consent(user=owner, language="en", channel=PAGE, scopes=["analyse", "train"])
    assert withdraw_consent(of=owner, scopes=["share"]) == 2
    assert require_consent(of=owner, scope="train")
    with pytest.raises(ConsentMissing):
        require_consent(of=owner, scope="share")


def test_agreeing_without_naming_scopes_brings_none_back(owner):
    first = give_consent(user=owner, language="en", channel=PAGE)
    withdraw_consent(of=owner, scopes=["keep_media"])
    assert give_consent(user=owner, language="en", channel=PAGE) == first
    assert queries.effective_scopes(first) == {"analyse"}


def test_without_any_text_nothing_can_be_agreed_to(owner):
    ConsentText.objects.all().delete()
    with pytest.raises(ObjectDoesNotExist):
        give_consent(user=owner, language="en", channel=PAGE)


def test_who_read_another_text_has_not_agreed(owner):
    read = queries.current_text("en").digest
    with pytest.raises(Conflict, match="not the consent text that counts now"):
        give_consent(user=owner, language="id", channel=PAGE, digest=read)
    _newer_text()
    with pytest.raises(Conflict, match="not the consent text that counts now"):
        give_consent(user=owner, language="en", channel=PAGE, digest=read)
    assert not ConsentRecord.objects.exists()


def test_the_latest_of_each_is_the_latest_of_one_in_two_queries(study, django_assert_num_queries):
    red, blue, grey, _never = [Participant.objects.create(study=study, pseudonym=name) for name in "RBGN"]
    agreed = [(red, ["analyse"]), (red, ["analyse", "share"]), (blue, ["analyse", "train"]), (grey, ["analyse"])]
    for person, scopes in agreed:
        give_participant_consent(participant=person, language="en", channel=PAGE, scopes=scopes)
    withdraw_consent(of=blue, channel=PAGE, scopes=["train"])
    withdraw_consent(of=grey, channel=PAGE)
    with django_assert_num_queries(2):
        latest = queries.latest_of_each(study.participants.all())
        found = {record: queries.effective_scopes(record) for record in latest}
    assert found == {queries.latest_of(red): {"analyse", "share"}, queries.latest_of(blue): {"analyse"}}
