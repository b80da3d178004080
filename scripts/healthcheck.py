"""Exit 0 when the web server of this container answers /healthz, else 1 with the reason on standard error."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main() -> int:
    """Ask over loopback, under the name the site allows, as a visitor's browser would."""
    port = int(os.environ.get("PORT", "8000"))
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        status = connection.getresponse().status
    except OSError as error:
        print(f"no answer on port {port}: {error}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        print(f"/healthz answered {status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
