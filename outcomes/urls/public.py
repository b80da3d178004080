from django.urls import path, re_path

from events.urls import CITED, FORMAT
from outcomes import feeds
from outcomes.views import (
    actions,
    address,
    card,
    contribute,
    data,
    document,
    dump,
    embed,
    export,
    organisation,
    outcome,
    outcome_list,
    report,
    search,
    theme,
)
from participants.files import NAME

urlpatterns = [
    path("outcomes/", outcome_list.OutcomeList.as_view(), name="outcome-list"),
    re_path(rf"^outcomes/export\.{FORMAT}$", export.OutcomeFile.as_view(), name="outcome-file"),
    re_path(r"^outcomes/(?P<code>[a-z2-7]{8})/$", outcome.OutcomeDetail.as_view(), name="outcome-detail"),
    re_path(r"^outcomes/(?P<code>[A-Za-z2-7]{8})/$", address.AnyCase.as_view(), name="outcome-any-case"),
    re_path(r"^outcomes/(?P<code>[a-z2-7]{8})/card\.png$", card.OutcomeCard.as_view(), name="outcome-card"),
    re_path(
        rf"^outcomes/(?P<code>[a-z2-7]{{8}})/cite\.{CITED}$",
        outcome.OutcomeCite.as_view(),
        name="outcome-cite",
    ),
    path("feeds/outcomes.atom", feeds.OutcomeFeed.as_view(), name="outcome-feed"),
    path("feeds/actions.atom", feeds.UpdateFeed.as_view(), name="update-feed"),
    re_path(r"^feeds/themes/(?P<slug>[-\w]+)\.atom$", feeds.ThemeFeed.as_view(), name="theme-feed"),
    re_path(r"^feeds/series/(?P<slug>[-\w]+)\.atom$", feeds.SeriesFeed.as_view(), name="series-feed"),
    re_path(r"^embed/events/(?P<slug>[-\w]+)/$", embed.EventEmbed.as_view(), name="event-embed"),
    re_path(r"^embed/themes/(?P<slug>[-\w]+)/$", embed.ThemeEmbed.as_view(), name="theme-embed"),
    re_path(r"^embed/outcomes/(?P<code>[a-z2-7]{8})/$", embed.OutcomeEmbed.as_view(), name="outcome-embed"),
    path("oembed", embed.OEmbed.as_view(), name="oembed"),
    path("data/", data.Data.as_view(), name="data"),
    path("dump/manifest.json", dump.DumpFile.as_view(), name="dump-manifest"),
    re_path(r"^dump/(?P<name>[a-z]+\.jsonl\.gz)$", dump.DumpFile.as_view(), name="dump-file"),
    path("round/", contribute.FindRound.as_view(), name="round-find"),
    re_path(r"^round/(?P<code>[^/]{1,64})/$", contribute.Contribute.as_view(), name="round"),
    path("actions/", actions.ActionList.as_view(), name="action-list"),
    re_path(rf"^actions/export\.{FORMAT}$", export.ActionFile.as_view(), name="action-file"),
    path("search/", search.Search.as_view(), name="search"),
    path("themes/", theme.ThemeList.as_view(), name="theme-list"),
    re_path(rf"^themes/export\.{FORMAT}$", export.ThemeFile.as_view(), name="theme-file"),
    re_path(r"^themes/(?P<slug>[-\w]+)/$", theme.ThemeDetail.as_view(), name="theme-detail"),
    re_path(rf"^events/(?P<slug>[-\w]+)/report/cite\.{CITED}$", report.ReportCite.as_view(), name="report-cite"),
    re_path(
        r"^events/(?P<slug>[-\w]+)/report/(?P<section>[-\w]+)/$",
        report.ReportSectionDetail.as_view(),
        name="report-section",
    ),
    re_path(
        r"^events/(?P<slug>[-\w]+)/report\.(?P<extension>pdf|docx)$",
        document.EventDocument.as_view(),
        name="event-document",
    ),
    re_path(
        r"^organisations/(?P<slug>[-\w]+)/$", organisation.OrganisationDetail.as_view(), name="organisation-detail"
    ),
    re_path(rf"^media/organisations/{NAME}$", organisation.OrganisationLogo.as_view(), name="organisation-logo"),
    re_path(rf"^media/evidence/{NAME}$", outcome.EvidenceFile.as_view(), name="evidence-file"),
]
