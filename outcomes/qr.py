"""QR codes as the outline of an SVG: attributes only, so that the content security policy has nothing to refuse."""

from dataclasses import dataclass

import segno

QUIET = 4  # modules of white around it, which readers need


@dataclass(frozen=True)
class QRCode:
    """`size` is the side with the quiet zone, in modules; `path` draws the dark ones in those units."""

    size: int
    path: str

    @classmethod
    def of(cls, text: str) -> "QRCode":
        """Draw `text`, with the modules as large as they get and a seventh of them to spare for heads in the way."""
        code = segno.make_qr(text, error="m", boost_error=False)
        runs = [
            f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
            for y, row in enumerate(code.matrix)
            for start, length in _dark(row)
        ]
        return cls(size=len(code.matrix) + 2 * QUIET, path="".join(runs))


def _dark(row: bytearray) -> list[tuple[int, int]]:
    """Return where runs of dark modules begin in `row`, and how long they are."""
    runs, start = [], None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs
