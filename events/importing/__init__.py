"""What an event is brought in from files of others; `participants.importing` does the work.

Agendas of other programs are read into one plain shape first: `reader.read`.
"""
