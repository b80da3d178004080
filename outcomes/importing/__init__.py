"""What outcomes, themes and reports are brought in from; `participants.importing` does the work."""
