from django.urls import path, re_path

from outcomes.views import actions, card, outcome, outcome_list, search, theme
from participants.files import NAME

urlpatterns = [
    path("outcomes/", outcome_list.OutcomeList.as_view(), name="outcome-list"),
    re_path(r"^outcomes/(?P<code>[a-z2-7]{8})/$", outcome.OutcomeDetail.as_view(), name="outcome-detail"),
    re_path(r"^outcomes/(?P<code>[a-z2-7]{8})/card\.png$", card.OutcomeCard.as_view(), name="outcome-card"),
    path("actions/", actions.ActionList.as_view(), name="action-list"),
    path("search/", search.Search.as_view(), name="search"),
    path("themes/", theme.ThemeList.as_view(), name="theme-list"),
    re_path(r"^themes/(?P<slug>[-\w]+)/$", theme.ThemeDetail.as_view(), name="theme-detail"),
    re_path(rf"^media/evidence/{NAME}$", outcome.EvidenceFile.as_view(), name="evidence-file"),
]
