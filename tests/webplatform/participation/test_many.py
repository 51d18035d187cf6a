"""Many participants at once, their links as a table and a sheet, and the page of one of them."""

import json

import pytest

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Invalid, NotAllowed
from webplatform.participation.bulk_participants import Line, add_participants, read_lines
from webplatform.participation.links import key_digest
from webplatform.studies.conditions import add_condition
from webplatform.studies.models import Participant, ParticipantLink
from webplatform.studies.participants import LINK_DAYS, MAX_LINK_DAYS
from webplatform.studies.variables import add_variable


@pytest.fixture
def designed(study, owner):
    """A study with a condition and two variables."""
    add_condition(study=study, user=owner, name="film A")
    add_variable(study=study, user=owner, name="age band", kind="choice", choices=["20s", "30s"])
    add_variable(study=study, user=owner, name="years", kind="number")
    return study


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("P01 to P03", ["P01", "P02", "P03"]),
        ("P9 – P11\nBlue", ["P9", "P10", "P11", "Blue"]),
        ("VP1..VP2", ["VP1", "VP2"]),
        ("S1 sampai 2", ["S1", "S2"]),
        ("P01-P02", ["P01", "P02"]),
        (" Red \r\n\r\n P-01-02 ", ["Red", "P-01-02"]),
        ("7 to 9", ["7", "8", "9"]),
    ],
)
def test_lists_and_ranges_are_read(text, names):
    assert [" ".join(line.pseudonym.split()) for line in read_lines(text)] == names


@pytest.mark.parametrize("text", ["", " \n ", "P3 to P1", "P1 to P999", "Red, Blue", "x" * 200_001])
def test_what_makes_no_list_is_refused(text):
    with pytest.raises(Invalid):
        read_lines(text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_brings_condition_and_variables(designed, owner, delimiter):
    rows = ["Pseudonym,condition,age band,years", "P01,film A,20s,3", '"P02",,,']
    text = "\n".join(row.replace(",", delimiter) for row in rows)
    first, second = add_participants(study=designed, user=owner, lines=read_lines(text))
    assert (first.condition.name, sorted(map(str, first.values.values()))) == ("film A", ["20s", "3"])
    assert (second.condition, second.values) == (None, {})


def test_names_in_a_table_may_differ_in_capitals(designed, owner):
    [person] = add_participants(
        study=designed, user=owner, lines=read_lines("PSEUDONYM;Kondisi;Age Band\nP01;Film A;20s")
    )
    assert (person.condition.name, list(person.values.values())) == ("film A", ["20s"])


def test_every_wrong_line_is_named_and_nobody_is_added(designed, owner, client_of):
    Participant.objects.create(study=designed, pseudonym="Old")
    text = "pseudonym;age band\nold;20s\nNew;40s\nTwin;\ntwin;\nGood;30s\na@b.org;"
    answer = client_of(owner).post(f"/studies/{designed.pk}/participants/many/", {"text": text})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert [n for n in range(1, 8) if f"Line {n}:" in html] == [2, 3, 4, 5, 7]
    assert "Good;30s" in html
    assert [str(one) for one in Participant.objects.all()] == ["Old"]


def test_an_unknown_column_is_named(designed, owner):
    with pytest.raises(Invalid) as refused:
        add_participants(study=designed, user=owner, lines=read_lines("pseudonym;shoe size\nP01;44"))
    assert "shoe size" in refused.value.details["problems"][0]["message"]


def test_viewers_and_strangers_add_nobody(designed, viewer, stranger):
    for user in (viewer, stranger):
        with pytest.raises(NotAllowed):
            add_participants(study=designed, user=user, lines=[Line(1, "P01")])


def test_hundreds_are_added_with_few_questions_to_the_database(designed, owner, django_assert_max_num_queries):
    lines = read_lines("pseudonym;age band\n" + "\n".join(f"P{n:03};20s" for n in range(300)))
    with django_assert_max_num_queries(20):
        add_participants(study=designed, user=owner, lines=lines)
    assert designed.participants.count() == 300


def test_links_are_shown_once_as_table_sheet_and_file(designed, owner, client_of):
    sent = {"text": "P01 to P03", "with_links": "yes", "days": "30"}
    answer = client_of(owner).post(f"/studies/{designed.pk}/participants/many/", sent)
    html = answer.content.decode()
    told = answer.context["links"]
    assert [str(one.participant) for one in told] == ["P01", "P02", "P03"]
    for one in told:
        key = one.address.rstrip("/").rsplit("/", 1)[1]
        assert ParticipantLink.objects.get(participant=one.participant).digest == key_digest(key)
        assert one.address in html
        assert html.count(one.picture) == 1
    assert "data:text/csv;charset=utf-8,pseudonym%2Clink%2Cuntil" in html
    assert "no-store" in answer["Cache-Control"]
    assert told[0].address not in client_of(owner).get(f"/studies/{designed.pk}/").content.decode()
    assert told[0].address not in json.dumps(list(AuditEvent.objects.values_list("details", flat=True)))


def test_a_wrong_number_of_days_adds_nobody(designed, owner, client_of):
    sent = {"text": "P01", "with_links": "yes", "days": "0"}
    assert client_of(owner).post(f"/studies/{designed.pk}/participants/many/", sent).status_code == 400
    assert not Participant.objects.exists()


def test_a_link_lasts_the_same_days_wherever_nobody_says_how_long(designed, owner, client_of, api_of):
    people, client = f"/studies/{designed.pk}/participants/", client_of(owner)
    client.post(f"{people}many/", {"text": "P01 to P03", "with_links": "yes"})
    one, other, third = designed.participants.all()
    for asked in (
        lambda: client.post(f"{people}links/", {"participant": one.pk}),
        lambda: client.post(f"{people}{other.pk}/link/"),
        lambda: api_of(owner).post(f"/api/v1/participants/{third.pk}/links/"),
    ):
        assert asked().status_code < 300
    lasting = {round((link.expires_at - link.created_at).total_seconds()) for link in ParticipantLink.objects.all()}
    assert (ParticipantLink.objects.count(), lasting) == (6, {LINK_DAYS * 24 * 3600})
    field = f'name="days" value="{LINK_DAYS}" min="1" max="{MAX_LINK_DAYS}"'
    assert field in client.get(f"{people}many/").content.decode()


def test_a_file_in_another_coding_is_refused(designed, owner, client_of, tmp_path):
    (tmp_path / "list.csv").write_bytes("pseudonym\nÄrger".encode("latin-1"))
    with (tmp_path / "list.csv").open("rb") as file:
        answer = client_of(owner).post(f"/studies/{designed.pk}/participants/many/", {"file": file})
    assert answer.status_code == 400
    assert "UTF-8" in answer.content.decode()


def test_rest_adds_many_or_nobody(designed, owner, api_of):
    url = f"/api/v1/studies/{designed.pk}/participants/many/"
    wrong = api_of(owner).post(url, {"participants": [{"pseudonym": "A"}, {"pseudonym": "a"}]}, format="json")
    assert (wrong.status_code, len(wrong.json()["details"]["problems"])) == (400, 2)
    sent = {"participants": [{"pseudonym": "A", "condition": "film A", "variables": {"years": "4"}}]}
    made = api_of(owner).post(url, sent, format="json").json()
    assert (made[0]["pseudonym"], made[0]["variables"]) == ("A", {"years": 4})


def test_a_participants_page_shows_and_changes_what_is_known(designed, owner, viewer, client_of):
    person = Participant.objects.create(study=designed, pseudonym="Blue")
    url = f"/studies/{designed.pk}/participants/{person.pk}/"
    years, band = designed.variables.get(name="years"), designed.variables.get(name="age band")
    condition = designed.conditions.get()
    sent = {"pseudonym": "Teal", f"variable-{years.pk}": "9", f"variable-{band.pk}": "", "condition": condition.pk}
    assert client_of(owner).post(url, sent).status_code == 302
    person.refresh_from_db()
    assert (person.pseudonym, person.values, person.condition) == ("Teal", {str(years.pk): 9}, condition)
    assert "Teal" in client_of(viewer).get(url).content.decode()
    assert client_of(viewer).post(url, sent).status_code == 403


def test_a_wrong_value_changes_nothing_and_stays_in_its_field(designed, owner, client_of):
    person = Participant.objects.create(study=designed, pseudonym="Blue")
    years = designed.variables.get(name="years")
    sent = {"pseudonym": "Teal", f"variable-{years.pk}": "many"}
    answer = client_of(owner).post(f"/studies/{designed.pk}/participants/{person.pk}/", sent)
    assert answer.status_code == 400
    assert 'value="many"' in answer.content.decode()
    person.refresh_from_db()
    assert (person.pseudonym, person.values) == ("Blue", {})


def test_the_study_page_asks_the_same_few_questions_for_any_number_of_participants(
    designed, owner, client_of, django_assert_max_num_queries
):
    add_participants(study=designed, user=owner, lines=read_lines("P01 to P60"))
    client = client_of(owner)
    with django_assert_max_num_queries(30):
        answer = client.get(f"/studies/{designed.pk}/people/")
    names = [str(one) for one in answer.context["participants"]]
    assert (names, len(names)) == (sorted(names), 60)
