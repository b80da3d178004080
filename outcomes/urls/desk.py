from django.urls import path, re_path

from outcomes.views import desk as views
from outcomes.views import rounds, synthesis
from outcomes.views.invitation import DeskInvitation

CODE = r"(?P<code>[a-z2-7]{8})"
SLUG = r"(?P<slug>[-\w]+)"
GROUP = rf"^desk/rounds/{CODE}/groups/(?P<group>[a-z2-7]{{8}})"

# What a session and a whole event have each: page → view.
PLACE = {
    "": views.DeskPlace,
    "new": views.OutcomeCreate,
    "check": views.DeskCheck,
    "paste": views.DeskPaste,
    "now": views.PlaceNow,
}

urlpatterns = [
    path("desk/", views.Desk.as_view(), name="desk"),
    path("desk/invitation/<str:token>/", DeskInvitation.as_view(), name="desk-invitation"),
    *(
        re_path(
            rf"^desk/{kind}s/{key}/{page and page + '/'}$",
            view.as_view(),
            name="-".join(filter(None, ["desk", kind, page])),
        )
        for kind, key in (("session", CODE), ("event", SLUG))
        for page, view in PLACE.items()
    ),
    re_path(rf"^desk/outcomes/{CODE}/$", views.OutcomeEdit.as_view(), name="desk-outcome"),
    re_path(rf"^desk/outcomes/{CODE}/delete/$", views.OutcomeDelete.as_view(), name="outcome-delete"),
    re_path(rf"^desk/outcomes/{CODE}/restore/$", views.OutcomeRestore.as_view(), name="outcome-restore"),
    re_path(rf"^desk/outcomes/{CODE}/presence/$", views.OutcomePresence.as_view(), name="outcome-presence"),
    re_path(rf"^desk/outcomes/{CODE}/move/$", views.OutcomeMove.as_view(), name="outcome-move"),
    re_path(rf"^desk/outcomes/{CODE}/comment/$", views.OutcomeComment.as_view(), name="outcome-comment"),
    re_path(rf"^desk/outcomes/{CODE}/submit/$", views.OutcomeSubmit.as_view(), name="outcome-submit"),
    re_path(rf"^desk/outcomes/{CODE}/take-back/$", views.OutcomeTakeBack.as_view(), name="outcome-take-back"),
    re_path(rf"^desk/sessions/{CODE}/rounds/new/$", rounds.RoundCreate.as_view(), name="desk-session-round-new"),
    re_path(rf"^desk/events/{SLUG}/rounds/new/$", rounds.RoundCreate.as_view(), name="desk-event-round-new"),
    re_path(rf"^desk/rounds/{CODE}/$", rounds.RoundControl.as_view(), name="desk-round"),
    re_path(rf"^desk/rounds/{CODE}/edit/$", rounds.RoundEdit.as_view(), name="desk-round-edit"),
    re_path(rf"^desk/rounds/{CODE}/projector/$", rounds.RoundProjector.as_view(), name="round-projector"),
    re_path(rf"^desk/rounds/{CODE}/live/$", rounds.RoundLive.as_view(), name="round-live"),
    re_path(rf"^desk/rounds/{CODE}/open/$", rounds.RoundOpen.as_view(), name="round-open"),
    re_path(rf"^desk/rounds/{CODE}/close/$", rounds.RoundClose.as_view(), name="round-close"),
    re_path(rf"^desk/rounds/{CODE}/reopen/$", rounds.RoundReopen.as_view(), name="round-reopen"),
    re_path(rf"^desk/rounds/{CODE}/moderate/$", rounds.RoundModerate.as_view(), name="round-moderate"),
    re_path(rf"^desk/outcomes/{CODE}/origin/$", synthesis.OutcomeOrigin.as_view(), name="outcome-origin"),
    re_path(rf"^desk/rounds/{CODE}/synthesis/$", synthesis.Synthesis.as_view(), name="synthesis"),
    re_path(rf"^desk/rounds/{CODE}/synthesis/move/$", synthesis.StatementsMove.as_view(), name="synthesis-move"),
    re_path(rf"{GROUP}/rename/$", synthesis.GroupRename.as_view(), name="group-rename"),
    re_path(rf"{GROUP}/move/$", synthesis.GroupMove.as_view(), name="group-move"),
    re_path(rf"{GROUP}/merge/$", synthesis.GroupMerge.as_view(), name="group-merge"),
    re_path(rf"{GROUP}/delete/$", synthesis.GroupDelete.as_view(), name="group-delete"),
    re_path(rf"{GROUP}/draft/$", synthesis.GroupDraft.as_view(), name="group-draft"),
    re_path(rf"{GROUP}/recount/$", synthesis.GroupRecount.as_view(), name="group-recount"),
]
