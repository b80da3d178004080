"""The description of the API: it is valid, says all there is, and every answer is as it says."""

import json
from io import StringIO

import pytest
import schemathesis
from django.core import signals
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import checks
from schemathesis.specs.openapi import checks as of_openapi

from config.api import description
from config.api_pages import described
from events.api.examples import example
from tests.api import assert_described
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    EventFactory,
    EventPartnerFactory,
    OutcomeFactory,
    ParticipationFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    ThemeFactory,
)

DESCRIPTION = description()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
SCHEMA.app = get_wsgi_application()
CHECKS = [
    checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
    of_openapi.negative_data_rejection,
]


@pytest.fixture(scope="module")
def keys(scenery):
    """Something of everything, and something withdrawn; return what names these in addresses."""
    with scenery():
        event = EventFactory(on_record=True)
        theme = ThemeFactory()
        action = ActionFactory(event=event, session=SessionFactory(event=event), themes=[theme], published=True)
        ActionOwnerFactory(action=action)
        ActionUpdateFactory(action=action)
        partner = EventPartnerFactory(event=event)
        ReportSectionFactory(report=ReportFactory(event=event, published=True), body="Words.")
        gone, gone_event = OutcomeFactory(withdrawn=True), EventFactory(withdrawn=True)
    return {
        "events": [event.slug, gone_event.slug],
        "sessions": [action.session.code],
        "outcomes": [action.code, gone.code],
        "actions": [action.code],
        "themes": [theme.slug],
        "organisations": [partner.organisation.slug],
        "reports": [event.slug, gone_event.slug],
    }


@pytest.fixture
def one_connection():
    """A request neither begins nor ends with a connection of its own, as in Django's own client."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(db, one_connection, keys, case):
    of_thing = keys[case.path.split("/")[3]]
    for key in (None, *of_thing) if case.path_parameters else (None,):
        if key:
            case.path_parameters = dict.fromkeys(case.path_parameters, key)

        case.call_and_validate(checks=CHECKS if not key else CHECKS[:-1])


def test_description_is_valid():
    OpenAPIV31SpecValidator(DESCRIPTION).validate()

    assert DESCRIPTION["openapi"].startswith("3.1.")


def test_description_is_made_without_a_warning():
    said = StringIO()

    call_command("spectacular", "--fail-on-warn", "--format", "openapi-json", stdout=said)

    assert json.loads(said.getvalue()) == json.loads(json.dumps(DESCRIPTION))


@pytest.mark.parametrize("serializer", described(), ids=lambda serializer: type(serializer).__name__)
def test_every_field_says_what_it_means_and_where_it_comes_from(serializer):
    for field in serializer.fields.values():
        assert len(field.help_text.split()) > 1, field.field_name
        assert field.style["origin"], field.field_name
        assert field.read_only, field.field_name


@pytest.mark.parametrize("serializer", described(), ids=lambda serializer: type(serializer).__name__)
def test_example_is_as_described(serializer):
    assert_described(serializer, example(serializer))


def test_every_address_says_how_it_fails():
    for path, of_path in DESCRIPTION["paths"].items():
        answers = of_path["get"]["responses"]
        assert {"200", "304", "400", "405", "406", "429", "500", "503"} <= answers.keys(), path
        assert ({"404", "410"} <= answers.keys()) == ("{" in path), path
        for status, answer in answers.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], path


@pytest.mark.django_db
def test_description_is_served(client):
    response = client.get("/api/v1/schema/")

    assert response.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.1"
    assert response.json() == json.loads(json.dumps(DESCRIPTION))


# Queries: as many for thirty rows as for one; in a process that knows nothing yet.
QUERIES = {
    "events/": 1,  # those with a date; one more for those without, where the page is not full
    "sessions/": 1,
    "outcomes/": 3,  # the vocabulary, the keys, the rows
    "actions/": 4,  # and owners with updates
    "actions/?sort=due": 4,
    "actions/?sort=updated": 4,
    "themes/": 1,
    "organisations/": 1,
    "reports/": 1,
}


@pytest.fixture(scope="module")
def rows(scenery):
    """More than thirty of everything."""
    with scenery():
        for number in range(32):
            event = EventFactory(on_record=True)
            themes = [ThemeFactory(), ThemeFactory()]
            session = SessionFactory(event=event, parent=SessionFactory(event=event))
            action = ActionFactory(event=event, session=session, themes=themes, published=True, number=number + 1)
            someone = ParticipationFactory(event=event, public=True)
            ActionOwnerFactory(action=action)
            ActionOwnerFactory(action=action, organisation=None, person=someone.person)
            ActionUpdateFactory.create_batch(2, action=action)
            EventPartnerFactory(event=event)
            ReportFactory(event=event, published=True, author=someone)


@pytest.mark.django_db
@pytest.mark.parametrize("address", QUERIES)
def test_list_takes_the_same_queries_for_any_number_of_rows(client, rows, address, django_assert_num_queries):
    sign = "&" if "?" in address else "?"

    for limit in (1, 30):
        with django_assert_num_queries(QUERIES[address]):
            found = client.get(f"/api/v1/{address}{sign}limit={limit}").json()["results"]
        assert len(found) == limit

    onward = client.get(f"/api/v1/{address}{sign}limit=10").json()["next"]
    with django_assert_num_queries(QUERIES[address]):
        assert len(client.get(onward).json()["results"]) == 10


ALONE = {"events": 4, "sessions": 3, "outcomes": 2, "actions": 2, "themes": 1, "organisations": 1, "reports": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("thing", ALONE)
def test_one_takes_few_queries(client, rows, thing, django_assert_num_queries):
    first = client.get(f"/api/v1/{thing}/?limit=1").json()["results"][0]
    address = first["api_url"].replace("/outcomes/", f"/{thing}/")

    with django_assert_num_queries(ALONE[thing]):
        assert client.get(address).status_code == 200
