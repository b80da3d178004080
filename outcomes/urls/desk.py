from django.urls import path, re_path

from outcomes.views import desk as views
from outcomes.views import synthesis
from outcomes.views.invitation import DeskInvitation

CODE = r"(?P<code>[a-z2-7]{8})"
SLUG = r"(?P<slug>[-\w]+)"
GROUP = rf"^desk/rounds/{CODE}/groups/(?P<group>[a-z2-7]{{8}})"

urlpatterns = [
    path("desk/", views.Desk.as_view(), name="desk"),
    path("desk/invitation/<str:token>/", DeskInvitation.as_view(), name="desk-invitation"),
    re_path(rf"^desk/sessions/{CODE}/$", views.DeskPlace.as_view(), name="desk-session"),
    re_path(rf"^desk/sessions/{CODE}/new/$", views.OutcomeCreate.as_view(), name="desk-session-new"),
    re_path(rf"^desk/sessions/{CODE}/check/$", views.DeskCheck.as_view(), name="desk-session-check"),
    re_path(rf"^desk/events/{SLUG}/$", views.DeskPlace.as_view(), name="desk-event"),
    re_path(rf"^desk/events/{SLUG}/new/$", views.OutcomeCreate.as_view(), name="desk-event-new"),
    re_path(rf"^desk/events/{SLUG}/check/$", views.DeskCheck.as_view(), name="desk-event-check"),
    re_path(rf"^desk/outcomes/{CODE}/$", views.OutcomeEdit.as_view(), name="desk-outcome"),
    re_path(rf"^desk/outcomes/{CODE}/delete/$", views.OutcomeDelete.as_view(), name="outcome-delete"),
    re_path(rf"^desk/outcomes/{CODE}/move/$", views.OutcomeMove.as_view(), name="outcome-move"),
    re_path(rf"^desk/outcomes/{CODE}/submit/$", views.OutcomeSubmit.as_view(), name="outcome-submit"),
    re_path(rf"^desk/outcomes/{CODE}/take-back/$", views.OutcomeTakeBack.as_view(), name="outcome-take-back"),
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
