"""What each field is: a test fails on a field that stands nowhere here.

PUBLIC may reach anyone once its row is public. INTERNAL is for staff and rapporteurs. PERSONAL tells about a person:
it reaches the public only through `events/attribution.py`, and `erase_person` must find it.
"""

PUBLIC, INTERNAL, PERSONAL = "public", "internal", "personal"

FIELDS: dict[str, dict[str, str]] = {
    "participants.User": {
        INTERNAL: "id is_superuser is_active groups user_permissions works_on institutions",
        PERSONAL: "email name password last_login joined_at session_generation",
    },
    "participants.User_groups": {INTERNAL: "id group", PERSONAL: "user"},
    "participants.User_institutions": {INTERNAL: "id organisation", PERSONAL: "user"},
    "participants.User_user_permissions": {INTERNAL: "id permission", PERSONAL: "user"},
    "participants.Person": {INTERNAL: "id", PERSONAL: "name sort_name honorific email user name_key"},
    "participants.Organisation": {
        PUBLIC: "slug name short_name actor_type country website logo logo_alt",
        INTERNAL: "id report_disclaimer name_key short_key",
    },
    "participants.Change": {
        INTERNAL: "id at how kind record key under under_key event_key",
        PERSONAL: "by name values",
    },
    "participants.Merge": {
        INTERNAL: "id of merged_at undone_at",
        PERSONAL: "kept lost kept_name lost_name journal merged_by undone_by",
    },
    "participants.FormerAddress": {PUBLIC: "slug organisation", INTERNAL: "id was_public"},
    "participants.Distinction": {INTERNAL: "id of at", PERSONAL: "first second by"},
    "participants.OutgoingMail": {
        INTERNAL: "id key message_id secret private created_at claimed_at sent_at attempts",
        PERSONAL: "to subject body error unsubscribe",
    },
    "participants.SignInCode": {
        INTERNAL: "id code_hash attempts created_at expires_at used_at",
        PERSONAL: "user browser_hash",
    },
    "participants.BrowserSession": {
        INTERNAL: "expire_date",
        PERSONAL: "session_key session_data user device began_at",
    },
    "participants.AttemptCount": {INTERNAL: "id window_starts_at count", PERSONAL: "key"},
    "participants.Import": {
        INTERNAL: "id kind target target_name reading mapping options state round counts done total task made_at "
        "changed_at applied_at undone_at forgotten_at",
        PERSONAL: "file_name content notice missing by applied_by",
    },
    "participants.ImportRow": {
        INTERNAL: "id source line state may_be_new decision fingerprint",
        PERSONAL: "title values why candidates differences",
    },
    "participants.ImportChange": {INTERNAL: "id source model record is_new", PERSONAL: "before after"},
    "participants.Erasure": {
        INTERNAL: "id replace state done total numbers notice task asked_at finished_at",
        PERSONAL: "person account by left",
    },
    "participants.KnownColumn": {INTERNAL: "id kind organisation header field"},
    "participants.Worker": {INTERNAL: "id started_at seen_at"},
    "events.PublicGeneration": {INTERNAL: "id number"},
    "events.EventRevision": {PUBLIC: "event number revised_at", INTERNAL: "mark"},
    "events.EventSeries": {PUBLIC: "slug name description", INTERNAL: "id"},
    "events.Event": {
        PUBLIC: "slug title reference series format mode starts_on ends_on time_zone venue city country summary body "
        "image image_alt image_credit attribution status published_at withdrawn_at public_note partners",
        INTERNAL: "id outcomes_due_on accepts_late search_text search_vector",
    },
    "events.EventIndex": {INTERNAL: "event search_text"},
    "events.EventStatusChange": {INTERNAL: "id event from_status to_status at note", PERSONAL: "by"},
    "events.Allowance": {INTERNAL: "id event record key wording marks at", PERSONAL: "reason by"},
    "events.EventPartner": {PUBLIC: "event organisation role role_text position", INTERNAL: "id"},
    "events.Session": {
        PUBLIC: "code event parent kind number title starts_at ends_at programme_day room body attribution position",
        INTERNAL: "id foreign_id foreign_source",
    },
    "events.Participation": {
        INTERNAL: "id recorded_under",
        PERSONAL: "event person affiliation organisation position attendance listing wants_reminders",
    },
    "events.Invitation": {
        INTERNAL: "id sending token_hash by_mail",
        PERSONAL: "participation invited_at invited_by opened_at revoked_at",
    },
    "events.Role": {INTERNAL: "id recorded_under position", PERSONAL: "participation session role"},
    "events.Quote": {
        INTERNAL: "id recorded_under consent position",
        PERSONAL: "event session text speaker source",
    },
    "events.Resource": {
        PUBLIC: "event session kind title part url file publisher published_on position",
        INTERNAL: "id is_public",
    },
    "outcomes.Theme": {PUBLIC: "slug name description parent position", INTERNAL: "id"},
    "outcomes.Outcome": {
        PUBLIC: "kind code number event session text heading themes status published_at public_at withdrawn_at "
        "public_note nature reworded_at merged_into "
        "progress due_on due_text raised_by raised_of",
        INTERNAL: "id recorded_under text_submitted position changed_at version deleted_at request_key search_text "
        "search_vector counted says_raised split_from",
        PERSONAL: "author saved_by owner_suggested",
    },
    "outcomes.Comment": {INTERNAL: "id outcome by_staff at for_staff request_key", PERSONAL: "by text"},
    "outcomes.OutcomeMerge": {INTERNAL: "id survivor at parts before taken version status parted_at", PERSONAL: "by"},
    "outcomes.Publication": {
        INTERNAL: "id event with_event due_at set_at done_at cancelled_at left_out",
        PERSONAL: "set_by",
    },
    "outcomes.PublicationItem": {INTERNAL: "id publication outcome version"},
    "outcomes.DocumentPlan": {INTERNAL: "id event left_out language"},
    "outcomes.KeptDocument": {
        INTERNAL: "id event format fingerprint language size pages made_at ticket started_at done task",
        PERSONAL: "content",
    },
    "outcomes.OutcomeIndex": {INTERNAL: "outcome search_text"},
    "outcomes.OutcomeCount": {PUBLIC: "theme facet value kind number", INTERNAL: "id"},
    "outcomes.OutcomeTheme": {PUBLIC: "outcome theme kind public_at top leads", INTERNAL: "id"},
    "outcomes.Presence": {INTERNAL: "id outcome", PERSONAL: "user seen_at"},
    "outcomes.StatusChange": {INTERNAL: "id outcome from_status to_status at note", PERSONAL: "by"},
    "outcomes.Addressee": {PUBLIC: "action actor_type", INTERNAL: "id"},
    "outcomes.ActionOwner": {
        PUBLIC: "action organisation is_lead response",
        INTERNAL: "id",
        PERSONAL: "person",
    },
    "outcomes.ActionUpdate": {
        PUBLIC: "action code on text progress evidence_url evidence_file verification",
        INTERNAL: "id",
        PERSONAL: "by",
    },
    "outcomes.Round": {
        INTERNAL: "id event session code takeaway_prompt action_prompt asks_actor_type length_limit max_contributions "
        "shows_contributions is_moderated opens_at closes_at purged_at purged_count"
    },
    "outcomes.Contribution": {
        INTERNAL: "id round takeaway action actor_type moderation version outcomes",
        PERSONAL: "device_hash",
    },
    "outcomes.Contribution_outcomes": {INTERNAL: "id contribution outcome"},
    "outcomes.StatementGroup": {INTERNAL: "id round kind code number name position version outcome request_key"},
    "outcomes.Placement": {INTERNAL: "id contribution kind group set_aside"},
    "outcomes.Report": {
        PUBLIC: "event title published_month disclaimer status published_at",
        INTERNAL: "id recorded_under",
        PERSONAL: "author",
    },
    "outcomes.ReportStatusChange": {INTERNAL: "id report from_status to_status at note", PERSONAL: "by"},
    "outcomes.ReportSection": {
        PUBLIC: "report kind title slug body position",
        INTERNAL: "id search_text search_vector",
    },
    "outcomes.ReportSectionIndex": {INTERNAL: "section search_text"},
}


def kind_of(field) -> str | None:
    """Return PUBLIC, INTERNAL or PERSONAL for a model field, None where nobody has decided."""
    kinds = FIELDS.get(field.model._meta.label, {})
    return next((kind for kind, names in kinds.items() if field.name in names.split()), None)
