"""The guides of docs/ as pages of the admin, each for its role."""

import pytest

from config.guide import GUIDES
from tests.staff import sign_in


@pytest.mark.parametrize("name", GUIDES)
def test_guide_is_read_in_the_admin(client, editor, name):
    desk = sign_in(client, editor)

    body = desk.get(f"/admin/guide/{name}/").content.decode()

    assert "<h2 id=" in body
    assert ".md" not in body
    assert '<a href="/admin/guide/">Guide</a>' in body


def test_everybody_begins_with_their_own(client, editor, administrator, reviewer):
    for user, role in ((editor, "editors"), (administrator, "administrators"), (reviewer, "reviewers")):
        assert sign_in(client, user).get("/admin/guide/").context["title"] == f"Guide: for {role}"
    assert client.get("/admin/guide/nobody/").status_code == 404
