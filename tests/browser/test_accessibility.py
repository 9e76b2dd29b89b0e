"""axe-core on every page: no serious fault, in light and dark."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.made.scores import score_set, ship

PAGES = ["Compare", "Dice table", "Juncture", "Models", "Learn", "Present"]
GRAVE = {"serious", "critical"}
ALSO = {"heading-order"}
"""Moderate by axe-core, and kept all the same."""


def faults(page) -> list[str]:
    """Every grave fault that axe-core finds: its rule and the elements."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for fault in found
        if fault["impact"] in GRAVE or fault["id"] in ALSO
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_serious_fault(page, tiny_weights: Path, name: str, scheme: str):
    ship(tiny_weights, score_set("tiny-a"), score_set("tiny-b", "street"))
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", level=1).first.wait_for()
    if name in ("Compare", "Present"):
        page.get_by_role("link", name="Present").first.click()
        page.get_by_role("button", name="Add all samples").click()
        page.locator(".talk").wait_for()
        page.get_by_role("link", name=name).first.click()
        page.locator(".talk, .viewer").first.wait_for()
    page.wait_for_timeout(2500)  # what fades in has faded in
    assert not faults(page)
