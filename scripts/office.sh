#!/bin/sh
# Prints the path of a LibreOffice for the tests of Word files, bringing one where none is installed.
# $OFFICE_EXECUTABLE, when set, is the only one considered.
set -u

# Some systems ship a launcher without the program: only a run tells.
accept() {
    [ -x "$1" ] && "$1" --version >/dev/null 2>&1 </dev/null && printf '%s\n' "$1"
}

installed() {
    for name in soffice libreoffice; do
        found=$(command -v "$name" 2>/dev/null) && accept "$found" && return 0
    done
    accept /Applications/LibreOffice.app/Contents/MacOS/soffice
}

if [ -n "${OFFICE_EXECUTABLE:-}" ]; then
    accept "$OFFICE_EXECUTABLE" && exit 0
    echo "OFFICE_EXECUTABLE=$OFFICE_EXECUTABLE does not run: name a LibreOffice (soffice), or unset it." >&2
    exit 1
fi

installed && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No LibreOffice found: installing the system's libreoffice-writer-nogui package ..." >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui
    } >&2 </dev/null
    installed && exit 0
fi

echo "The tests of Word files need LibreOffice: install it (Debian: apt install libreoffice-writer-nogui), or name it with OFFICE_EXECUTABLE=/path/to/soffice." >&2
exit 1
