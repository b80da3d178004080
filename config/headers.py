"""Headers that every answer carries and Django does not set."""

# What a page could ask a browser for and none of ours does. Passkeys, copying and a full screen stay with the site.
UNUSED = (
    "accelerometer autoplay camera display-capture encrypted-media gamepad geolocation gyroscope hid "
    "idle-detection local-fonts magnetometer microphone midi payment picture-in-picture screen-wake-lock serial usb "
    "xr-spatial-tracking"
).split()
USED = ("clipboard-write", "fullscreen", "publickey-credentials-get")
POLICY = ", ".join([*(f"{name}=()" for name in UNUSED), *(f"{name}=(self)" for name in USED)])


class FurtherHeaders:
    """Middleware: the browser refuses what no page of the site uses, and lends our answers to no other site's pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
