"""What others call roles, attendance and listing, under the one form in which headers are compared."""

from events.models import Participation, Role
from participants.importing.columns import normal


def _table(choices, further: dict[str, str]) -> dict[str, str]:
    table = {normal(words): value for value, text in further.items() for words in text.split("|")}
    for value, label in choices:
        table |= {normal(value.replace("_", " ")): value, normal(str(label)): value}
    return table


ROLES = _table(
    Role.Role.choices,
    {
        "convener": "convenor|organisateur principal|convocante|einberufer",
        "chair": "chairperson|chairman|chairwoman|co-chair|co chair|président de séance|présidente|presidente|"
        "presidenta|vorsitz|vorsitzender|vorsitzende|رئيس الجلسة|主席",
        "moderator": "modérateur|modératrice|moderador|moderadora|moderatorin|moderation|ميسر|主持人",
        "facilitator": "facilitateur|facilitatrice|facilitador|facilitadora|مسهل",
        "speaker": "presenter|orateur|oratrice|intervenant|intervenante|ponente|orador|oradora|redner|rednerin|"
        "referent|referentin|متحدث|发言人",
        "panellist": "panelist|panéliste|panelista|podiumsgast|محاور",
        "keynote": "keynote|keynote address|orateur principal|discurso principal|hauptredner|hauptrednerin",
        "discussant": "respondent|commentator|commentateur|comentarista",
        "rapporteur": "reporter|note taker|notetaker|note-taker|rapporteure|relator|relatora|berichterstatter|"
        "berichterstatterin|مقرر|报告员",
        "observer": "observateur|observatrice|observador|observadora|beobachter|beobachterin|مراقب|观察员",
        "organiser": "organizer|secretariat|staff|organisateur|organisatrice|organizador|organizadora|organisator",
    },
)
# Whoever takes part: no role of its own.
NO_ROLE = {
    normal(word)
    for word in "|participant|participante|teilnehmer|teilnehmerin|attendee|delegate|مشارك|与会者".split("|")
}

ATTENDANCE = _table(
    Participation.Attendance.choices,
    {
        "in_person": "yes|present|attended|on site|onsite|physical|en personne|présentiel|oui|presencial|sí|si|ja|x|"
        "vor ort",
        "remote": "online|virtual|virtually|à distance|en ligne|en línea|virtuel|hybrid|zoom",
        "video_message": "video|recorded|message vidéo|videobotschaft",
        "planned": "registered|confirmed|invited|expected|inscrit|inscrito|angemeldet",
        "absent": "no|not attending|did not attend|cancelled|excused|non|nein|ausente|excusé|abwesend",
    },
)
LISTING = _table(
    Participation.Listing.choices,
    {"hidden": "no|private|not listed", "participants": "participants", "public": "yes|listed"},
)
