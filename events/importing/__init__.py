"""What an event is brought in from files of others; `participants.importing` does the work."""
