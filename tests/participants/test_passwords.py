"""What passwords of the staff may be."""

import pytest
from django.conf import global_settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from config import settings as configured

NOT_OURS = {"password_too_short", "password_too_common", "password_entirely_numeric", "password_too_similar"}


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://outcomes.palaver-house.example"


@pytest.mark.parametrize(
    "password, code",
    [
        ("elevenchars", "password_too_short"),
        ("1234567890123", "password_entirely_numeric"),
        ("q1w2e3r4t5y6", "password_too_common"),
        ("Readout-2026!", "words_of_the_site"),
        ("palaver-outcome-7", "words_of_the_site"),
        ("RAPPORTEUR RAPPORTEUR", "words_of_the_site"),
        ("ana.portillo", "password_too_similar"),
    ],
)
def test_password_that_is_guessed_first_is_refused(administrator, password, code):
    administrator.name = administrator.email = "ana.portillo"

    with pytest.raises(ValidationError) as refused:
        validate_password(password, administrator)

    assert code in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "readout of nine purple kettles",
        "пароль из четырёх слов",
        "            ",
        "a" * 12 + "b" * 116,
    ],
)
def test_password_of_any_signs_and_any_length_is_taken(administrator, password):
    validate_password(password, administrator)


def test_passwords_are_stored_by_the_slow_hash_that_django_prefers():
    assert not hasattr(configured, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")


def test_staff_change_their_own_password_with_the_old_one_and_it_is_kept_as_typed(client, editor):
    page, new = reverse("account_change_password"), "  Nine purple KETTLES  "
    old = "correct horse battery"
    client.post(reverse("account_login"), {"login": editor.email, "password": old})
    form = client.get(page).content.decode()

    for typed, wanted in [("wrong", new), (old, "short"), (old, "Readout-2026!"), (old, new)]:
        editor.refresh_from_db()
        assert editor.check_password(old)
        client.post(page, {"oldpassword": typed, "password1": wanted, "password2": wanted})

    editor.refresh_from_db()
    assert editor.check_password(new)
    assert not editor.check_password(new.strip())
    assert form.count('type="password"') >= 2
    assert 'autocomplete="current-password"' in form
    assert 'autocomplete="new-password"' in form
    client.logout()
    assert client.post(reverse("account_login"), {"login": editor.email, "password": new}).url == "/admin/"
