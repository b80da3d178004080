"""Which format a file is in, by what is in it rather than by its name."""

from events.importing import calendar_file, frab, indico
from events.importing.agenda import Agenda, AgendaError
from events.importing.structures import check_size, parse_json, parse_xml
from events.importing.times import Clock

KNOWN = "iCalendar (.ics), a frab or pretalx schedule (.json, .xml), Indico's JSON, or a table (.csv, .xlsx)"


def is_no_table(data: bytes) -> bool:
    """Whether a file is to be read here, rather than as a table."""
    begins = data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0")
    return calendar_file.looks_like(data) or begins[:1] in (b"{", b"[", b"<")


def read(data: bytes, name: str, time_zone: str, *, trusts_offsets: bool = True) -> Agenda:
    """Return the agenda in a file named `name`, for an event in `time_zone`.

    Raises AgendaError, with a sentence for whoever uploaded it, for what is no agenda or beyond the limits. Nothing is
    fetched. `trusts_offsets=False` reads the hours alone, see `Clock`.
    """
    check_size(data)
    agenda = Agenda(source="")
    clock = Clock(time_zone, agenda, trusts_offsets=trusts_offsets)
    begins = data[:400].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0")
    if calendar_file.looks_like(data):
        agenda.source = "ical"
        calendar_file.from_text(data, agenda, clock)
    elif begins[:1] in (b"{", b"["):
        found = parse_json(data)
        if frab.is_json(found):
            agenda.source = "frab"
            frab.from_json(found, agenda, clock)
        elif indico.is_json(found):
            agenda.source = "indico"
            indico.from_json(found, agenda, clock)
        else:
            raise AgendaError(f"This JSON is not an agenda that is known here. Known are {KNOWN}.")
    elif begins[:1] == b"<":
        root = parse_xml(data)
        if not frab.is_xml(root):
            raise AgendaError(f"This XML is not an agenda that is known here. Known are {KNOWN}.")
        agenda.source = "frab"
        frab.from_xml(root, agenda, clock)
    else:
        raise AgendaError(f"“{name}” is not an agenda that is known here. Known are {KNOWN}.")
    agenda.finish()
    clock.finish()
    return agenda
