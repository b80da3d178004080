"""What others call kinds, natures, progress and actor types, under the one form in which headers are compared."""

from collections.abc import Iterable

from outcomes.models import Outcome
from participants.importing.columns import normal
from participants.models import ActorType


def _table(choices: Iterable[tuple], further: dict[str, str]) -> dict[str, str]:
    table = {normal(word): value for value, words in further.items() for word in words.split("|")}
    for value, label in choices:
        table |= {normal(str(value).replace("_", " ")): str(value), normal(str(label)): str(value)}
    return table


KINDS = _table(
    Outcome.Kind.choices,
    {
        "takeaway": "key takeaway|key message|message|conclusion|finding|lesson|message clé|conclusion principale|"
        "mensaje clave|conclusión|kernaussage|erkenntnis|takeaways",
        "action": "action point|action item|recommendation|pledge|next step|commitment|recommandation|recomendación|"
        "empfehlung|massnahme|maßnahme|actions",
    },
)
NATURES = _table(
    Outcome.Nature.choices,
    {
        "recommendation": "recommandation|recomendación|empfehlung",
        "pledge": "commitment|engagement|compromiso|zusage",
        "next_step": "follow up|follow-up|prochaine étape|próximo paso|nächster schritt",
    },
)
PROGRESS = _table(
    Outcome.Progress.choices,
    {
        "proposed": "open|new|not started",
        "in_progress": "ongoing|started|en cours|en curso|in arbeit",
        "partly_done": "partially done|partially implemented",
        "done": "completed|complete|implemented|closed|finished|terminé|hecho|erledigt",
        "not_taken_forward": "dropped|rejected|cancelled|abandoned",
    },
)
ACTORS = _table(
    ActorType.choices,
    {
        "state": "states|member states|governments|government|états|estados|staaten",
        "un_entity": "un|un entities|un agencies|united nations",
        "intergovernmental": "intergovernmental organisations|igo|igos",
        "regional_organisation": "regional organisations",
        "private_sector": "industry|business|companies",
        "civil_society": "ngos|ngo|civil society organisations",
        "academia": "academia|think tanks|research",
        "donor": "donors|funders",
    },
)
