"""What a closing round promises the people in the room, and those who run it."""

import datetime as dt
import hashlib
import re
import threading
import uuid

import pytest
import segno
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connections
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from events.codes import EASY, easy_code, read_code
from outcomes import retention
from outcomes.demo.round import CONTRIBUTIONS
from outcomes.models import Contribution, NotOpen, OtherWords, Round, RoundFull
from outcomes.models.contribution import hash_of
from outcomes.qr import QUIET, QRCode
from tests.conftest import reports_on
from tests.factories import (
    ContributionFactory,
    EventFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    RoundFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WORDS = {"takeaway": "Contacts must be called before an incident.", "action": "Call them once a quarter."}
MARK = "m" * 43


@pytest.fixture
def open_round(group):
    """A round in the group of `rapporteur`, open."""
    return RoundFactory(event=group.event, session=group)


@pytest.fixture
def desk(client, rapporteur):
    """The rapporteur's browser."""
    client.force_login(rapporteur)
    return client


class Phone:
    """A phone in the room: a browser with CSRF checks, which opens the page and sends its form as a person does."""

    def __init__(self, round_):
        self.client, self.round = Client(enforce_csrf_checks=True), round_
        self.address = reverse("outcomes:round", args=[round_.code])

    def open(self):
        self.page = self.client.get(self.address)
        return self.page

    @property
    def form(self):
        """The hidden fields of the page it has open."""
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page.content.decode()))

    def send(self, **words):
        return self.client.post(self.address, self.form | words)


@pytest.fixture
def phone(open_round):
    phone = Phone(open_round)
    phone.open()
    return phone


def at(code, name="desk-round"):
    return reverse(f"outcomes:{name}", args=[code])


def said(response):
    return response.content.decode()


# In the room


def test_two_fields_and_a_button_store_one_entry(phone, open_round):
    answer = phone.send(**WORDS)

    assert (answer.status_code, answer["Location"]) == (302, phone.address)
    [entry] = open_round.contributions.all()
    assert (entry.takeaway, entry.action, entry.version) == (*WORDS.values(), 1)
    assert "Thank you, your words are in" in said(phone.open())


def test_script_is_answered_with_the_page_at_once(phone, open_round):
    answer = phone.client.post(phone.address, phone.form | WORDS, headers={"X-In-Place": "yes"})

    assert answer.status_code == 200
    assert "data-stored" in said(answer)
    assert WORDS["takeaway"] in said(answer)
    assert answer.cookies["round"].value == phone.form["mark"]
    phone.page = answer
    assert phone.send(takeaway="Changed.", action="").status_code == 302
    assert open_round.contributions.get().takeaway == "Changed."


def test_one_of_the_two_is_enough(phone, open_round):
    phone.send(takeaway="", action="Only an action.")

    assert list(open_round.contributions.values_list("takeaway", "action")) == [("", "Only an action.")]


def test_page_says_in_one_sentence_that_nobody_can_be_identified(phone):
    assert "Nobody can tell who wrote what: no name, address or time is stored" in said(phone.page)


def test_phone_changes_its_own_entry_and_no_other(phone, open_round):
    ContributionFactory(round=open_round, takeaway="Somebody else's.")
    phone.send(**WORDS)
    page = said(phone.open())
    assert WORDS["takeaway"] in page
    assert "Somebody else" not in page

    phone.send(takeaway="Better words.", action="")

    assert set(open_round.contributions.values_list("takeaway", flat=True)) == {"Somebody else's.", "Better words."}


def test_form_sent_again_makes_no_second_entry(phone, open_round):
    for _ in range(3):
        assert phone.send(**WORDS).status_code == 302

    [entry] = open_round.contributions.all()
    assert entry.version == 1


def test_form_sent_again_after_its_cookie_was_lost_makes_no_second_entry(phone, open_round):
    phone.send(**WORDS)
    phone.client.cookies["round"] = ""

    phone.send(**WORDS)

    assert open_round.contributions.count() == 1
    assert phone.client.cookies["round"].value == phone.form["mark"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", [500, 1])  # the first of them may fill the round
def test_twenty_posts_at_once_make_one_entry(open_round, limit):
    Round.objects.update(max_contributions=limit)
    phone = Phone(open_round)
    phone.open()
    answers = []

    def post():
        try:
            client = Client()
            client.cookies = phone.client.cookies
            answers.append(client.post(phone.address, phone.form | WORDS).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 20
    assert Contribution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_room_that_posts_at_once_stays_within_the_limit(open_round):
    Round.objects.update(max_contributions=7)
    phones = [Phone(open_round) for _ in range(20)]
    for phone in phones:
        phone.open()
    answers = []

    def post(phone):
        try:
            answers.append(phone.send(**WORDS).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[phone]) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [302] * 7 + [409] * 13
    assert Contribution.objects.count() == 7


def test_two_pages_with_other_words_lose_neither(phone, open_round):
    old_form = phone.form
    phone.send(takeaway="The first words.", action="")

    answer = phone.client.post(phone.address, old_form | {"takeaway": "Words of another tab.", "action": ""})

    page = said(answer)
    assert answer.status_code == 409
    assert "The first words." in page
    assert "Words of another tab." in page
    assert open_round.contributions.get().takeaway == "The first words."
    phone.page = answer
    assert phone.send(takeaway="Words of another tab.", action="").status_code == 302
    assert open_round.contributions.get().takeaway == "Words of another tab."


@pytest.mark.parametrize(
    "words, complaint",
    [
        ({"takeaway": "", "action": " \n "}, "Write a takeaway or an action; one of them is enough."),
        ({"takeaway": "x" * 301, "action": "Kept."}, "Shorten it to 300 characters; it has 301."),
        ({"takeaway": "a \x00 b", "action": "Kept."}, "Line 1 holds a character that cannot be shown"),
        ({"takeaway": "Kept.", "action": "a \u202e b"}, "Line 1 holds a character that cannot be shown"),
        ({"takeaway": "Kept.", "actor_type": "emperor"}, "Choose one of the list, or none."),
    ],
)
def test_what_cannot_be_taken_comes_back_with_the_reason(phone, open_round, words, complaint):
    Round.objects.update(asks_actor_type=True)

    answer = phone.send(**words)

    page = said(answer)
    assert answer.status_code == 422
    assert complaint in page
    assert all(escape(text.strip()) in page for name, text in words.items() if name != "actor_type")
    assert not open_round.contributions.exists()


def test_broken_bytes_are_a_clear_error(phone, open_round):
    body = "&".join(f"{name}={value}" for name, value in phone.form.items()) + "&takeaway=%ED%A0%80&action=Kept."

    answer = phone.client.post(phone.address, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 422
    assert "Kept." in said(answer)
    assert not open_round.contributions.exists()


@pytest.mark.parametrize("text", ["الحوار يبني الثقة.", "对话建立信任。", "w" * 300, "<b>&amp;"])
def test_any_script_and_any_word_comes_back_as_it_was_typed(phone, open_round, text):
    phone.send(takeaway=text, action="")

    assert open_round.contributions.get().takeaway == text
    assert f">\n{escape(text)}</textarea>" in said(phone.open())


def test_type_of_actor_is_asked_and_stored_only_where_the_round_asks(phone, open_round):
    assert "You are here for" not in said(phone.page)
    phone.send(**WORDS, actor_type="state")
    assert open_round.contributions.get().actor_type == ""

    Round.objects.update(asks_actor_type=True)
    assert "You are here for" in said(phone.open())
    phone.send(**WORDS, actor_type="state")
    assert open_round.contributions.get().actor_type == "state"


def test_round_takes_a_bounded_number_and_says_so(phone, open_round):
    Round.objects.update(max_contributions=1)
    first = Phone(open_round)
    first.open()
    first.send(**WORDS)

    answer = phone.send(takeaway="One too many.", action="")

    assert answer.status_code == 409
    assert "Not sent: this round is full" in said(answer)
    assert "One too many." in said(answer)
    first.open()
    assert first.send(takeaway="Still mine to change.", action="").status_code == 302
    assert list(open_round.contributions.values_list("takeaway", flat=True)) == ["Still mine to change."]


# Open and closed


def test_round_is_waiting_open_and_closed_by_the_clock():
    now, hour = timezone.now(), dt.timedelta(hours=1)

    assert RoundFactory.build(opens_at=None).state == "waiting"
    assert RoundFactory.build(opens_at=now + hour).state == "waiting"
    assert RoundFactory.build(opens_at=now - hour).state == "open"
    assert RoundFactory.build(opens_at=now - hour, closes_at=now + hour).state == "open"
    assert RoundFactory.build(opens_at=now - hour * 2, closes_at=now - hour).state == "closed"


def test_page_that_is_not_open_yet_says_when_by_the_clock_of_the_place(open_round):
    Round.objects.update(opens_at=dt.datetime(2031, 3, 3, 17, 0, tzinfo=dt.UTC))
    type(open_round.event).objects.update(time_zone="America/Santiago")
    phone = Phone(open_round)

    page = phone.open()

    assert page.status_code == 200
    assert "This round opens on 3 March 2031, 14:00, Santiago time (UTC−3)." in said(page)
    assert not page.cookies


def test_page_that_is_closed_shows_the_phone_its_own_words(phone, open_round):
    phone.send(**WORDS)
    open_round.close()

    mine, another = said(phone.open()), said(Phone(open_round).open())

    assert "This round is closed" in mine
    assert WORDS["takeaway"] in mine
    assert "This round is closed" in another
    assert WORDS["takeaway"] not in another


def test_words_that_come_too_late_are_given_back(phone, open_round):
    open_round.close()

    answer = phone.send(**WORDS)

    assert answer.status_code == 409
    assert all(words in said(answer) for words in WORDS.values())
    assert not open_round.contributions.exists()


def test_retry_of_what_was_stored_is_acknowledged_after_closing(phone, open_round):
    phone.send(**WORDS)
    open_round.close()

    assert phone.send(**WORDS).status_code == 302


def test_buttons_open_close_and_reopen_once(open_round):
    now = timezone.now()
    waiting = RoundFactory(opens_at=None, closes_at=now - dt.timedelta(hours=1))
    waiting.open()
    assert (waiting.state, waiting.closes_at) == ("open", None)
    opened = waiting.opens_at
    waiting.open()
    assert waiting.opens_at == opened

    waiting.close()
    closed = waiting.closes_at
    assert waiting.state == "closed"
    waiting.close()
    waiting.open()
    assert waiting.closes_at == closed

    waiting.reopen()
    assert (waiting.state, waiting.opens_at, waiting.closes_at) == ("open", opened, None)


def test_opening_early_keeps_the_time_to_close():
    later = timezone.now() + dt.timedelta(hours=2)
    early = RoundFactory(opens_at=later - dt.timedelta(hours=1), closes_at=later)

    early.open()

    assert (early.state, early.closes_at) == ("open", later)


# Codes


def test_codes_have_no_letter_that_is_mistaken_for_another():
    assert not set("ilosz0189") & set(EASY)
    assert {len(easy_code()) for _ in range(20)} == {8}


@pytest.mark.parametrize("typed", ["ABCD2345", "abcd-2345", "ABCDZ34S", "ａｂｃｄ２３４５"])
def test_code_typed_another_way_leads_to_the_round(client, typed):
    RoundFactory(code="abcd2345")

    assert read_code(typed) == "abcd2345"
    response = client.get(f"/round/{typed}/", follow=True)
    assert response.redirect_chain == [("/round/abcd2345/", 301)]
    assert response.status_code == 200
    assert client.get("/round/", {"code": typed})["Location"] == "/round/abcd2345/"


def test_code_that_leads_nowhere_answers_the_same_as_one_whose_dialogue_is_gone(client, editor):
    gone = RoundFactory()
    gone.event.withdraw(by=editor)

    hidden, missing = client.get(f"/round/{gone.code}/"), client.get("/round/aaaaaaaa/")
    posted = client.post(f"/round/{gone.code}/", WORDS)

    assert hidden.status_code == missing.status_code == posted.status_code == 404
    assert hidden.content == missing.content == posted.content
    assert "Check the code on the screen" in said(missing)
    assert not hidden.cookies
    assert not missing.cookies


def test_page_asks_for_a_code(client):
    assert client.get("/round/").status_code == 200
    assert client.get("/round/", {"code": "nonsense!"}).status_code == 404


# Anonymity


def test_entry_has_no_person_time_or_address():
    names = {field.name for field in Contribution._meta.get_fields() if not field.auto_created}

    assert names == {
        "id",
        "round",
        "device_hash",
        "takeaway",
        "action",
        "actor_type",
        "moderation",
        "version",
        "outcomes",
    }


def test_database_has_only_the_hash_of_the_mark(phone, open_round):
    phone.send(**WORDS)
    mark = phone.client.cookies["round"].value

    [entry] = open_round.contributions.values()
    assert entry["device_hash"] == hashlib.sha256(mark.encode()).hexdigest()
    assert all(mark not in str(value) for value in entry.values())


@pytest.mark.parametrize("https", [True, False])
def test_mark_is_kept_for_this_address_alone(open_round, settings, https):
    settings.SESSION_COOKIE_SECURE = https
    phone = Phone(open_round)

    cookie = phone.open().cookies["__Secure-round" if https else "round"]

    assert cookie["path"] == phone.address
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert bool(cookie["secure"]) is https
    assert cookie["max-age"] == 7 * 24 * 3600


def test_page_reads_no_session_and_is_kept_nowhere(phone, rapporteur):
    phone.client.force_login(rapporteur)

    page = phone.open()

    assert page["Cache-Control"] == "private, no-store"
    assert not page.wsgi_request.session.accessed
    assert rapporteur.email not in said(page)
    assert rapporteur.name not in said(page)
    assert not phone.send(**WORDS).wsgi_request.session.accessed


def test_no_address_names_an_entry_or_a_mark(phone, desk, open_round):
    phone.send(**WORDS)
    open_round.close()
    entry = open_round.contributions.get()
    Round.objects.update(shows_contributions=True)

    pages = [phone.open(), *(desk.get(at(open_round.code, name)) for name in ("desk-round", "round-projector"))]

    secrets = [str(entry.pk), entry.pk.hex, entry.device_hash, phone.client.cookies["round"].value]
    addresses = " ".join(re.findall(r'(?:href|action|formaction|src|data-live)="([^"]*)"', "".join(map(said, pages))))
    assert str(entry.pk) in said(pages[1])  # in the body of a form
    assert not [secret for secret in secrets if secret in addresses]


def arrivals(order):
    """Fill a round of a fixed code with the same contributions in `order`; return what its rapporteurs see."""
    Contribution.objects.all().delete()
    Round.objects.all().delete()
    round_ = RoundFactory(code="abcd2345", shows_contributions=True, is_moderated=False)
    for number in order:
        ContributionFactory(round=round_, id=uuid.UUID(int=number), takeaway=f"Entry {number}.")
    return [one.takeaway for one in round_.readable()], [one.takeaway for one in round_.projected()]


def test_order_of_arrival_makes_no_difference_to_what_is_shown():
    in_order, reverse_order = arrivals(range(1, 31)), arrivals(range(30, 0, -1))

    assert in_order == reverse_order
    assert in_order[0] == in_order[1]
    assert len(in_order[0]) == 30
    # neither the order of arrival nor that of the ids
    assert in_order[0] not in ([f"Entry {n}." for n in range(1, 31)], [f"Entry {n}." for n in range(30, 0, -1)])


def test_an_edit_leaves_an_entry_where_it_was(open_round):
    for _ in range(8):
        ContributionFactory(round=open_round)
    before = [one.pk for one in open_round.shuffled()]

    open_round.contributions.all()[3].rewrite({"takeaway": "Other words.", "action": ""})

    assert [one.pk for one in open_round.shuffled()] == before


@pytest.mark.parametrize("number, is_closed, readable", [(4, False, 0), (5, False, 5), (4, True, 4)])
def test_fewer_than_five_are_not_read_while_it_is_open(desk, open_round, number, is_closed, readable):
    entries = ContributionFactory.create_batch(number, round=open_round)
    if is_closed:
        open_round.close()

    page = said(desk.get(at(open_round.code)))

    assert sum(entry.takeaway in page for entry in entries) == readable
    assert f"<strong>{number}</strong>" in page


def test_type_of_actor_is_told_only_of_five_and_more(open_round):
    for actor_type, number in (("state", 6), ("academia", 5), ("donor", 2), ("", 3)):
        ContributionFactory.create_batch(number, round=open_round, actor_type=actor_type)
    assert open_round.actor_types_told() == {"state", "academia"}

    # who is left over could be told by subtraction: the next one goes too
    open_round.contributions.filter(actor_type="").delete()
    assert open_round.actor_types_told() == {"state"}

    open_round.contributions.filter(actor_type="donor").delete()
    assert open_round.actor_types_told() == {"state", "academia"}


def test_staff_leave_no_line_in_the_log_about_a_contribution(client, administrator, open_round):
    entry = ContributionFactory(round=open_round)
    client.force_login(administrator)

    client.post(at(open_round.code, "round-moderate"), moderation_of(entry, "shown"))

    entry.refresh_from_db()
    assert entry.moderation == "shown"
    assert not LogEntry.objects.exists()


def test_admin_sets_rounds_up_and_shows_no_contribution(client, editor, open_round):
    entry = ContributionFactory(round=open_round, takeaway="Zanzibarine words.")
    client.force_login(editor)
    change = reverse("admin:outcomes_round_change", args=[open_round.pk])

    pages = said(client.get(change)) + said(client.get(reverse("admin:outcomes_round_changelist")))

    assert open_round.get_absolute_url() in pages
    for secret in ("Zanzibarine", str(entry.pk), entry.device_hash):
        assert secret not in pages
    assert "outcomes/contribution" not in said(client.get("/admin/"))


def test_times_in_the_admin_are_those_of_the_place(client, editor):
    event = EventFactory(time_zone="America/Santiago")
    client.force_login(editor)
    fields = {"takeaway_prompt": "One?", "action_prompt": "Two?", "length_limit": 300, "max_contributions": 500}
    times = {"opens_at_0": "2031-03-03", "opens_at_1": "14:00", "closes_at_0": "", "closes_at_1": ""}

    client.post(reverse("admin:outcomes_round_add"), fields | times | {"event": event.pk, "session": ""})

    made = Round.objects.get()
    assert made.opens_at == dt.datetime(2031, 3, 3, 17, 0, tzinfo=dt.UTC)
    assert (made.event, made.state) == (event, "waiting")


def test_what_people_wrote_is_deleted_by_no_hand(client, administrator, group, open_round):
    ContributionFactory(round=open_round)
    client.force_login(administrator)

    assert client.post(reverse("admin:outcomes_round_delete", args=[open_round.pk]), {"post": "yes"}).status_code == 403
    for kept in (open_round, group, group.event):
        with pytest.raises(ProtectedError):
            kept.delete()
    assert Contribution.objects.count() == 1


# CSRF, and a database that is away


def test_post_without_a_token_is_refused_and_gives_the_words_back(open_round):
    phone = Phone(open_round)

    refused = phone.client.post(phone.address, WORDS | {"mark": MARK, "version": "0"})

    page = said(refused)
    assert refused.status_code == 403
    assert "Not sent yet" in page
    assert all(words in page for words in WORDS.values())
    assert not open_round.contributions.exists()
    phone.page = refused
    assert phone.form["mark"] == MARK
    assert phone.send(**WORDS).status_code == 302
    assert open_round.contributions.get().device_hash == hash_of(MARK)


# Who runs it


def test_rounds_are_run_by_rapporteurs_of_the_place_and_by_staff(
    group, event, rapporteur, other_rapporteur, outsider, editor, administrator
):
    whole = reports_on_whole(event)
    above = reports_on(group.parent, email="above@example.org")
    of_group, of_event = RoundFactory(event=event, session=group), RoundFactory(event=event)
    RoundFactory()
    mine = {
        user: set(Round.objects.editable_by(user)) & {of_group, of_event}
        for user in (rapporteur, other_rapporteur, outsider, editor, administrator, whole, above)
    }

    assert mine == {
        rapporteur: {of_group},
        other_rapporteur: set(),
        outsider: set(),
        editor: {of_group, of_event},
        administrator: {of_group, of_event},
        whole: {of_group, of_event},
        above: {of_group},
    }
    assert Round.objects.editable_by(rapporteur).count() == 1


def reports_on_whole(event):
    """Return a rapporteur of the event as a whole."""
    account = UserFactory(email="whole@example.org")
    participation = ParticipationFactory(event=event, person=PersonFactory(user=account))
    RoleFactory(rapporteur=True, participation=participation)
    return account


FORM = {
    "takeaway_prompt": "What stays?",
    "action_prompt": "What next?",
    "length_limit": "200",
    "max_contributions": "80",
    "opens_at": "",
    "closes_at": "",
    "shows_contributions": "on",
    "is_moderated": "on",
}


def test_rapporteur_sets_up_a_round_once(desk, group):
    address = at(group.code, "desk-session-round-new")
    assert address in said(desk.get(at(group.code, "desk-session")))
    code = re.search(r'name="new_code" value="(\w+)"', said(desk.get(address)))[1]

    for _ in range(2):
        answer = desk.post(address, FORM | {"new_code": code})

    made = Round.objects.get()
    assert answer["Location"] == made.get_absolute_url() == at(code)
    assert (made.event, made.session, made.state, made.takeaway_prompt) == (
        group.event,
        group,
        "waiting",
        "What stays?",
    )
    assert made.get_absolute_url() in said(desk.get(at(group.code, "desk-session")))


def test_code_of_another_place_is_not_taken(desk, group):
    RoundFactory(code="abcd2345")

    answer = desk.post(at(group.code, "desk-session-round-new"), FORM | {"new_code": "abcd2345"})

    assert answer.status_code == 409
    assert "What stays?" in said(answer)
    assert "abcd2345" not in said(answer)


def test_times_are_typed_and_shown_by_the_clock_of_the_place(desk, open_round):
    type(open_round.event).objects.update(time_zone="America/Santiago")
    edit = at(open_round.code, "desk-round-edit")
    seen = re.search(r'name="seen" value="(\w+)"', said(desk.get(edit)))[1]

    times = {"opens_at": "2031-03-03T14:00", "closes_at": "2031-03-03T15:00"}
    assert desk.post(edit, FORM | times | {"seen": seen}).status_code == 302

    open_round.refresh_from_db()
    assert open_round.opens_at == dt.datetime(2031, 3, 3, 17, 0, tzinfo=dt.UTC)
    assert 'value="2031-03-03T14:00"' in said(desk.get(edit))
    assert "Opens on 3 March 2031, 14:00, Santiago time (UTC−3)." in said(desk.get(at(open_round.code)))


def test_a_round_that_closes_before_it_opens_is_refused(desk, open_round):
    times = {"opens_at": "2031-03-03T14:00", "closes_at": "2031-03-03T14:00"}

    answer = desk.post(at(open_round.code, "desk-round-edit"), FORM | times)

    assert answer.status_code == 422
    assert "It closes before it opens." in said(answer)


def test_settings_saved_again_leave_the_moments_of_the_buttons(desk, open_round):
    open_round.close()
    edit = at(open_round.code, "desk-round-edit")
    page = said(desk.get(edit))
    times = dict(re.findall(r'name="(opens_at|closes_at)" value="([^"]+)"', page))

    desk.post(edit, FORM | times | {"seen": re.search(r'name="seen" value="(\w+)"', page)[1]})

    after = Round.objects.get(pk=open_round.pk)
    assert (after.opens_at, after.closes_at) == (open_round.opens_at, open_round.closes_at)
    assert after.takeaway_prompt == "What stays?"


def test_settings_saved_by_two_people_lose_neither(desk, open_round):
    edit = at(open_round.code, "desk-round-edit")
    seen = re.search(r'name="seen" value="(\w+)"', said(desk.get(edit)))[1]
    Round.objects.update(takeaway_prompt="Saved by somebody else?")

    stale = desk.post(edit, FORM | {"seen": seen})

    page = said(stale)
    assert stale.status_code == 409
    assert "Saved by somebody else?" in page
    assert "What stays?" in page
    assert Round.objects.get().takeaway_prompt == "Saved by somebody else?"
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert desk.post(edit, FORM | {"seen": seen}).status_code == 302
    assert Round.objects.get().takeaway_prompt == "What stays?"


def test_settings_of_somebody_signed_out_come_back(client, open_round):
    answer = client.post(at(open_round.code, "desk-round-edit"), FORM)

    assert answer.status_code == 403
    assert "What stays?" in said(answer)


def test_buttons_of_the_desk_do_what_they_say(desk, group):
    round_ = RoundFactory(event=group.event, session=group, waiting=True)

    for name, button, state in (
        ("round-open", "Open now", "open"),
        ("round-close", "Close now", "closed"),
        ("round-reopen", "Reopen", "open"),
    ):
        assert f">{button}</button>" in said(desk.get(at(round_.code)))
        assert desk.get(at(round_.code, name)).status_code == 405
        desk.post(at(round_.code, name))
        round_.refresh_from_db()
        assert round_.state == state


@pytest.mark.parametrize("number", [1, 30])
def test_desk_pages_ask_the_same_whatever_the_number(desk, open_round, django_assert_num_queries, number):
    Round.objects.update(shows_contributions=True, is_moderated=False)
    ContributionFactory.create_batch(number + 5, round=open_round, actor_type="state")
    desk.get(at(open_round.code))

    with django_assert_num_queries(8):
        desk.get(at(open_round.code))
    with django_assert_num_queries(6):
        desk.get(at(open_round.code, "round-live"))


@pytest.mark.parametrize("number", [0, 30])
def test_phone_asks_the_same_whatever_the_number(phone, open_round, django_assert_num_queries, number):
    ContributionFactory.create_batch(number, round=open_round)

    with django_assert_num_queries(4):  # round, its session and the one above, the phone's own entry
        phone.open()


# On the projector


def test_projector_shows_a_code_that_leads_to_the_round(desk, open_round, settings):
    settings.SITE_URL = "https://outcomes.example.org"
    page = said(desk.get(at(open_round.code, "round-projector")))

    whole = f"https://outcomes.example.org/round/{open_round.code}/"
    drawn = QRCode.of(whole)
    assert f'<path d="{drawn.path}" fill="#000"/>' in page
    assert dark_modules(drawn) == {
        (x, y)
        for y, row in enumerate(segno.make_qr(whole, error="m", boost_error=False).matrix)
        for x in range(len(row))
        if row[x]
    }
    assert f"outcomes.example.org/round/</span><wbr><strong>{open_round.code}</strong>" in page


def dark_modules(code):
    """Return the modules that an outline of runs fills, without the quiet zone."""
    runs = [map(int, run) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path)]
    return {(x + step - QUIET, y - QUIET) for x, y, length in runs for step in range(length)}


def test_projector_is_for_those_who_run_the_round(client, outsider, open_round):
    address = at(open_round.code, "round-projector")
    assert client.get(address).status_code == 302
    client.force_login(outsider)
    assert client.get(address).status_code == 404


def test_live_number_follows_and_answers_only_those_who_run_it(client, desk, open_round):
    live = at(open_round.code, "round-live")
    assert "<strong>0</strong>" in said(desk.get(live))

    ContributionFactory.create_batch(3, round=open_round)

    assert "<strong>3</strong>" in said(desk.get(live))
    assert desk.get(live)["Cache-Control"] == "private, no-store"


def moderation_of(entry, decision):
    return {"contribution": str(entry.pk), "version": str(entry.version), "decision": decision}


def test_what_has_passed_is_shown_from_five_on(desk, open_round):
    Round.objects.update(shows_contributions=True)
    entries = ContributionFactory.create_batch(7, round=open_round)

    def on_the_wall():
        page = said(desk.get(at(open_round.code, "round-projector")))
        return {entry.takeaway for entry in entries if entry.takeaway in page}

    for entry in entries[:4]:
        desk.post(at(open_round.code, "round-moderate"), moderation_of(entry, "shown"))
    assert on_the_wall() == set()

    desk.post(at(open_round.code, "round-moderate"), moderation_of(entries[4], "shown"))
    assert on_the_wall() == {entry.takeaway for entry in entries[:5]}

    desk.post(at(open_round.code, "round-moderate"), moderation_of(entries[5], "shown"))
    desk.post(at(open_round.code, "round-moderate"), moderation_of(entries[0], "hidden"))
    assert on_the_wall() == {entry.takeaway for entry in entries[1:6]}


def test_round_without_a_moderator_shows_all_but_the_hidden(open_round):
    open_round.shows_contributions, open_round.is_moderated = True, False
    entries = ContributionFactory.create_batch(6, round=open_round)
    assert {one.pk for one in open_round.projected()} == {entry.pk for entry in entries}

    entries[0].moderate(Contribution.Moderation.HIDDEN, version=1)
    assert {one.pk for one in open_round.projected()} == {entry.pk for entry in entries[1:]}

    open_round.shows_contributions = False
    assert open_round.projected() == []


def test_words_changed_after_they_passed_have_to_pass_again(open_round):
    passed = ContributionFactory(round=open_round, moderation="shown")
    hidden = ContributionFactory(round=open_round, moderation="hidden")

    for entry in (passed, hidden):
        entry.rewrite({"takeaway": "Other words.", "action": ""})

    assert [entry.moderation for entry in (passed, hidden)] == ["", "hidden"]


@pytest.mark.parametrize(
    "post",
    [
        {"version": "1"},
        {"version": "9" * 30},
        {"version": ""},
        {"contribution": "no id"},
        {"contribution": str(uuid.UUID(int=1))},
        {"decision": "liked"},
    ],
)
def test_moderator_decides_only_what_was_read(desk, open_round, post):
    entry = ContributionFactory(round=open_round, version=2)

    answer = desk.post(at(open_round.code, "round-moderate"), moderation_of(entry, "shown") | post, follow=True)

    assert "Nothing was changed" in said(answer)
    entry.refresh_from_db()
    assert entry.moderation == ""


def test_contribution_of_another_round_is_out_of_reach(desk, open_round):
    elsewhere = ContributionFactory()

    desk.post(at(open_round.code, "round-moderate"), moderation_of(elsewhere, "shown"))

    elsewhere.refresh_from_db()
    assert elsewhere.moderation == ""


# A closed dialogue


@pytest.mark.parametrize("state", ["closed event", "closed session", "draft event"])
def test_round_of_a_dialogue_that_is_not_public_works_and_names_nothing(desk, group, state):
    if state == "closed event":
        type(group.event).objects.update(attribution="closed")
    elif state == "closed session":
        type(group.parent).objects.filter(pk=group.parent.pk).update(attribution="closed")
    else:
        type(group.event).objects.update(status="draft", published_at=None)
    phone = Phone(RoundFactory(event=group.event, session=group))

    page = said(phone.open())

    assert group.title not in page
    assert group.event.title not in page
    assert phone.send(**WORDS).status_code == 302
    assert Contribution.objects.count() == 1


def test_round_of_a_public_dialogue_says_where_it_belongs(phone, group):
    assert group.title in said(phone.page)


# How long contributions are kept

DAY = dt.timedelta(days=1)


@pytest.fixture
def old_round(event):
    """A round that closed 100 days ago, with two contributions, of an event that has published nothing."""
    now = timezone.now()
    old = RoundFactory(event=event, opens_at=now - 101 * DAY, closes_at=now - 100 * DAY)
    ContributionFactory.create_batch(2, round=old)
    return old


def publish(event, days_ago):
    return TakeawayFactory(event=event, published=True, published_at=timezone.now() - days_ago * DAY)


def test_contributions_go_some_time_after_the_last_outcome_was_published(old_round, event):
    publish(event, 95)
    last = publish(event, 89)
    assert retention.purge() == []

    type(last).objects.filter(pk=last.pk).update(published_at=timezone.now() - 91 * DAY)

    assert retention.purge() == [(old_round, 2)]
    old_round.refresh_from_db()
    assert not old_round.contributions.exists()
    assert (old_round.purged_count, old_round.state) == (2, "closed")
    assert retention.purge() == []


def test_round_after_the_outcomes_counts_from_its_own_end(old_round, event):
    publish(event, 300)
    Round.objects.update(closes_at=timezone.now() - 89 * DAY)

    assert retention.purge() == []


def test_dialogue_that_published_nothing_gets_a_year_more(old_round):
    assert retention.purge() == []

    Round.objects.update(opens_at=timezone.now() - 500 * DAY, closes_at=timezone.now() - 456 * DAY)

    assert [number for _, number in retention.purge()] == [2]


def test_round_that_nobody_closed_counts_as_over_with_its_event_and_is_closed(old_round, event):
    type(event).objects.update(starts_on=timezone.localdate() - 200 * DAY, ends_on=timezone.localdate() - 92 * DAY)
    Round.objects.update(closes_at=None)
    publish(event, 190)

    assert [number for _, number in retention.purge()] == [2]
    old_round.refresh_from_db()
    assert (old_round.state, old_round.closes_at) == ("closed", old_round.purged_at)
    old_round.reopen()
    assert old_round.state == "closed"


def test_round_that_waits_to_be_opened_is_left_alone():
    waiting = RoundFactory(waiting=True)
    ContributionFactory(round=waiting)
    publish(waiting.event, 1000)

    assert retention.purge() == []


def test_days_are_a_setting(old_round, event, settings):
    publish(event, 95)
    settings.CONTRIBUTIONS_KEPT_DAYS = 200

    assert retention.purge() == []


def test_command_says_what_it_would_delete_and_then_deletes(old_round, event, capsys):
    publish(event, 95)

    call_command("purge_contributions", dry_run=True)
    assert f"{old_round.code}: 2" in capsys.readouterr().out
    assert Contribution.objects.count() == 2

    call_command("purge_contributions")
    assert "2 contributions were deleted." in capsys.readouterr().out
    assert not Contribution.objects.exists()


def test_worker_deletes_what_is_past_its_time(old_round, event):
    publish(event, 95)

    call_command("worker", batch=True)

    assert not Contribution.objects.exists()


def test_desk_says_that_contributions_were_deleted_and_how_many_there_were(desk, open_round):
    ContributionFactory.create_batch(6, round=open_round)
    open_round.purge()

    page = said(desk.get(at(open_round.code)))

    assert "The contributions were deleted on" in page
    assert "<strong>6</strong>" in page
    assert "Reopen" not in page


# The verbs of the model


def test_contribute_raises_and_changes_nothing(open_round):
    open_round.contribute(mark=MARK, version=0, **WORDS)
    with pytest.raises(OtherWords) as other:
        open_round.contribute(mark=MARK, version=0, takeaway="Others.", action="")
    assert other.value.current.takeaway == WORDS["takeaway"]

    open_round.max_contributions = 1
    with pytest.raises(RoundFull):
        open_round.contribute(mark="n" * 43, version=0, **WORDS)

    open_round.close()
    with pytest.raises(NotOpen):
        open_round.contribute(mark=MARK, version=1, takeaway="Others.", action="")
    assert list(Contribution.objects.values_list("takeaway", "version")) == [(WORDS["takeaway"], 1)]


# The demo


def test_demo_contributions_are_many_different_and_short_enough():
    assert len(CONTRIBUTIONS) == len(set(CONTRIBUTIONS)) == 58
    assert all(takeaway or action for takeaway, action, _ in CONTRIBUTIONS)
    assert max(len(words) for one in CONTRIBUTIONS for words in one) <= 300
