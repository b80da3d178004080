from events.admin.pages import EVENT_PAGES
from outcomes.admin import workspace
from outcomes.admin.document import DocumentPreview, EventDocumentPage
from outcomes.admin.outcome import ActionAdmin, OutcomeAdmin, TakeawayAdmin
from outcomes.admin.publication import Cancel, Preview, Publish
from outcomes.admin.report import ReportAdmin
from outcomes.admin.round import RoundAdmin
from outcomes.admin.theme import ThemeAdmin

EVENT_PAGES += [
    ("workspace", "workspace", workspace.Overview),
    ("workspace/programme", "workspace_programme", workspace.Programme),
    ("workspace/people", "workspace_people", workspace.People),
    ("workspace/outcomes", "workspace_outcomes", workspace.Outcomes),
    ("workspace/documents", "workspace_documents", workspace.Documents),
    ("workspace/document", "workspace_document", EventDocumentPage),
    ("workspace/document/preview", "workspace_document_preview", DocumentPreview),
    ("workspace/history", "workspace_history", workspace.History),
    ("workspace/publish", "publication", Publish),
    ("workspace/publish/cancel", "publication_cancel", Cancel),
    ("workspace/preview", "preview", Preview),
]

__all__ = ["ActionAdmin", "OutcomeAdmin", "ReportAdmin", "RoundAdmin", "TakeawayAdmin", "ThemeAdmin"]
