"""The tracker: what was to be done, and whether it happened."""

from django.db.models import CharField, OuterRef, Prefetch, Subquery, Value
from django.db.models.aggregates import StringAgg

from events.attribution import ANONYMOUS
from events.pages import COUNT_TO, DeepPaginator
from outcomes.models import ActionOwner, Addressee, Outcome
from outcomes.tracker import ActionFilter
from outcomes.views.outcome_list import OutcomeList
from participants.models import ActorType

SHOWN = ("code", "kind", "number", "text", "public_at", "progress", "due_on", "due_text", "event_id")
OF_EVENT = ("title", "slug", "reference", "starts_on", "ends_on")


class Capped(DeepPaginator):
    """Pages of more rows than are counted, where the total is not known: nobody need count once more."""

    _counted = COUNT_TO + 1


class ActionList(OutcomeList):
    """All actions in a table, with how many are how far and how many need attention."""

    filterset_class = ActionFilter
    paginator_class = Capped
    template_name = "outcomes/actions.html"

    def paging(self):
        if self.filterset.order != "updated":
            return super().paging()
        told = len(self.filterset.keys()[: COUNT_TO + 1])  # in their order, so that the database stops there
        return {"known": None if told > COUNT_TO else told, "fetch": self.fetch}

    def fetch(self, keys):
        actions = Outcome.objects.public().filter(pk__in=keys).with_last_update().annotate(actors=actors())
        actions = actions.select_related("event").only(*SHOWN, *[f"event__{name}" for name in OF_EVENT])
        owners = ActionOwner.objects.select_related("organisation")
        rows = {action.pk: action for action in actions.prefetch_related(Prefetch("owners", owners))}
        return [row(rows[key]) for key in keys if key in rows]

    def get_context_data(self, **kwargs):
        found = self.filterset
        context = super().get_context_data(**kwargs)
        return context | {
            "due_href": found.address_with("sort", "due"),
            "updated_href": found.address_with("sort", "updated"),
            "progress": found.bars("progress", all_of_them=True),
            "attention": found.bars("attention", all_of_them=True),
            "groups": [found.bars(name) for name in ("theme", "addressed_to", "organisation")],
        }


def actors() -> Subquery:
    """Return the SQL for the types of actors an action is addressed to, in one text with commas."""
    rows = Addressee.objects.filter(action=OuterRef("pk")).order_by().values("action")
    together = StringAgg("actor_type", Value(","), output_field=CharField())
    return Subquery(rows.annotate(together=together).values("together"))


def row(action: Outcome) -> Outcome:
    """Add what the table says in words: `addressed_to` and `owner_names`.

    A person who owns an action is “a participant” here whatever the rule: the page of the action names those it may.
    """
    asked = (action.actors or "").split(",")
    action.addressed_to = [label for value, label in ActorType.choices if value in asked]
    action.owner_names = list(dict.fromkeys(owner_name(owner) for owner in action.owners.all()))
    return action


def owner_name(owner: ActionOwner) -> str:
    """Return the organisation, or the words for a person, with a refusal said."""
    name = str(owner.organisation) if owner.organisation else str(ANONYMOUS.name)
    declined = ActionOwner.Response.DECLINED
    return f"{name} ({declined.label.lower()})" if owner.response == declined else name
