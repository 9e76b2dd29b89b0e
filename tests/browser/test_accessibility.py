"""axe-core on every page: no serious fault, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.driving import add_samples, go, settled

PAGES = ["Compare", "Batch", "Dice table", "Juncture", "Models", "Learn", "Present"]
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


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_fault(page, name: str):
    if name in ("Compare", "Present"):
        add_samples(page)
    go(page, name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)  # what fades in has faded in
        assert not faults(page), scheme
