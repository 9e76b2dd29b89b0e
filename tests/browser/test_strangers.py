"""Texts of a stranger's checkpoint, as a real browser's Markdown reads them."""

import json
from pathlib import Path

from tests.browser.driving import go

EVIL = (
    "![](https://evil.example/p.png) [x](https://evil.example) https://evil.example "
    "www.evil.example a@evil.example"
)


def test_a_config_makes_no_picture_and_no_link(own_page, tiny_weights: Path):
    page = own_page
    path = tiny_weights / "tiny-a" / "config.json"
    texts = dict.fromkeys(("title", "summary", "data", "pretrained"), EVIL) | {"limits": [EVIL]}
    path.write_text(json.dumps(json.loads(path.read_text()) | texts))
    go(page, "Models")
    page.get_by_text("Known failures").first.wait_for()
    page.locator(".st-key-card-tiny-a td", has_text="evil").nth(1).wait_for()
    card = page.locator(".st-key-card-tiny-a")
    assert card.inner_text().count("[x](https") >= 5
    assert page.locator("[src*='evil'], [href*='evil']").count() == 0
    assert not [address for address in page.asked if "evil" in address]
