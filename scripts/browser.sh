#!/bin/sh
# Prints the path of a Chromium or Chrome for the browser tests, bringing one where none is installed.
# $BROWSER_EXECUTABLE, when set, is the only one considered.
set -u
cd "$(dirname "$0")/.."

# Some systems ship a launcher that only says where to get the browser: only a run tells.
accept() {
    [ -x "$1" ] && "$1" --version >/dev/null 2>&1 </dev/null && printf '%s\n' "$1"
}

installed() {
    for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
        found=$(command -v "$name" 2>/dev/null) && accept "$found" && return 0
    done
    for found in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        accept "$found" && return 0
    done
    return 1
}

playwrights() {
    found=$(.venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
' 2>/dev/null) && accept "$found"
}

if [ -n "${BROWSER_EXECUTABLE:-}" ]; then
    accept "$BROWSER_EXECUTABLE" && exit 0
    echo "BROWSER_EXECUTABLE=$BROWSER_EXECUTABLE does not run: name a Chromium or Chrome, or unset it." >&2
    exit 1
fi

installed && exit 0
playwrights && exit 0

echo "No Chromium or Chrome found: fetching Playwright's ..." >&2
PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT=10000 .venv/bin/python -m playwright install chromium >/dev/null 2>&1 </dev/null
playwrights && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "That did not work: installing the system's chromium package ..." >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
    } >&2 </dev/null
    installed && exit 0
fi

echo "The browser tests need Chromium or Chrome: install one (Debian: apt install chromium), or name it with BROWSER_EXECUTABLE=/path/to/chrome." >&2
exit 1
