"""How a visitor gets somewhere in the app, and how it is known that they are there.

The app changes, and a walk compares its versions. So a place that another version has elsewhere is
a list of selectors here; the first one that the page has is used.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.driving import settled
from tests.browser.measuring import Visitor

ADD = [".st-key-add button", ".st-key-talk-add button", 'button:has-text("Add pictures")']
DOWNLOADS = ".st-key-download button"
DOWNLOAD = ['[class*="st-key-cutout-"] button', 'button:has-text("Download cut-out")']
SAVE = ".st-key-save button"

PICTURES = """([selector, least]) => {
    const all = [...document.querySelectorAll(selector)];
    return all.length >= least && all.every(image => image.naturalWidth > 0);
}"""
"""Whether at least so many pictures of a selector are there, and all of them are decoded."""

VIEWS = "Overlay|Cut-out|New background|Outline|Mask|Probability"
RESULTS = """([models, name, names]) => {
    const views = new RegExp(`^(${names}) by `);
    const roots = [document, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot)];
    const all = roots.filter(Boolean).flatMap(root => [...root.querySelectorAll('img')]);
    const there = all.filter(i => views.test(i.alt) && i.alt.includes(name) && i.naturalWidth > 0);
    return new Set(there.map(i => i.alt.split(' of ')[0])).size >= models;
}"""
"""Whether the results of so many models stand on the page, for the photo of this name."""


def first_of(visitor: Visitor, selectors: list[str]) -> Any:
    """The element of the first selector that the page has."""
    anywhere = ", ".join(selectors)
    visitor.page.locator(anywhere).first.wait_for()
    found = (visitor.page.locator(one).first for one in selectors)
    return next(element for element in found if element.count() and element.is_visible())


def first_page(visitor: Visitor) -> None:
    """The first page stands."""
    visitor.page.locator('[class*="st-key-sample-"] button').first.wait_for()


def sample_pictures(visitor: Visitor) -> None:
    """All samples are seen on it."""
    arguments = ['[class*="st-key-thumb-"] img', 8]
    visitor.page.wait_for_function(PICTURES, arg=arguments)


def sample(visitor: Visitor, name: str, place: str = "first") -> None:
    """Choose a sample by a click on its picture."""
    cards = visitor.page.locator(f'[class*="st-key-thumb-{place}-"]')
    visitor.click(cards.filter(has_text=name).locator("img"))


def another_sample(visitor: Visitor, name: str) -> None:
    """Choose a sample while a photo is there."""
    visitor.click(first_of(visitor, ADD))
    sample(visitor, name, "more")


def results(visitor: Visitor, models: int, name: str = "", view: str = VIEWS) -> None:
    """The results of so many models are seen, for the photo of this name, in this view or any."""
    visitor.page.wait_for_function(RESULTS, arg=[models, name, view])


def choose_view(visitor: Visitor, name: str) -> None:
    """Look at the results in another way."""
    visitor.click(visitor.page.get_by_role("radio", name=name, exact=True))


def go(visitor: Visitor, name: str) -> None:
    """Open a page by its link."""
    visitor.click(visitor.page.get_by_role("link", name=name, exact=True))


def title(visitor: Visitor, name: str) -> None:
    """The page of this name has begun."""
    visitor.page.get_by_role("heading", name=name, level=1, exact=True).wait_for()


def whole(visitor: Visitor) -> None:
    """No script runs, and nothing changes any more."""
    settled(visitor.page)


def bring(visitor: Visitor, *files: Path) -> None:
    """Bring photos of one's own."""
    if not visitor.page.locator("input[type=file]").count():
        visitor.click(first_of(visitor, ADD))
    visitor.page.locator("input[type=file]").first.wait_for(state="attached")
    visitor.choose_files(*files)


def talk(visitor: Visitor) -> None:
    """The first slide of a talk can be started."""
    visitor.page.locator(".talk button.start").wait_for()


def slide(visitor: Visitor) -> None:
    """The first slide is seen."""
    visitor.page.wait_for_function(
        "() => [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)"
        ".flatMap(root => [...root.querySelectorAll('.frame img')]).some(i => i.naturalWidth > 0)"
    )


def start_talk(visitor: Visitor) -> None:
    """Start a talk."""
    visitor.click(visitor.page.locator(".talk button.start"))


def take(visitor: Visitor, selectors: list[str]) -> Path:
    """Download what the first of these buttons gives, and wait for the file."""
    if visitor.page.locator(DOWNLOADS).count():
        visitor.click(visitor.page.locator(DOWNLOADS))
    button = first_of(visitor, selectors)
    settled(visitor.page)
    with visitor.page.expect_download() as download:
        visitor.click(button)
    return Path(download.value.path())


def take_cutout(visitor: Visitor) -> Path:
    """Download the cut-out."""
    return take(visitor, DOWNLOAD)


# ---- what a new user wants, and how many clicks it takes -----------------------------------------


def two_models(visitor: Visitor, photo: Path) -> None:
    """Two models on one's own photo."""
    bring(visitor, photo)
    results(visitor, 2)


def on_a_scene(visitor: Visitor, photo: Path) -> None:
    """A clean cut-out of one's own photo on a scene, as a file."""
    here = visitor.page
    bring(visitor, photo)
    results(visitor, 1)
    settled(here)
    visitor.click(here.get_by_role("radio", name=re.compile("^(New b|B)ackground$")))
    settled(here)
    if here.locator(".st-key-behind").count():  # a choice from a list, before there was a strip
        visitor.click(here.locator(".st-key-behind [data-baseweb=select], .st-key-behind input"))
        visitor.click(here.get_by_role("option", name="Scene", exact=True))
        here.locator(".st-key-scene").wait_for()
    else:
        scene = here.locator(".strip").get_by_role("radio", name="Coast", exact=True)
        visitor.click(scene)
        here.locator(".strip [aria-checked=true]", has=here.get_by_alt_text("Coast")).wait_for()
    settled(here)
    take(visitor, ['button:has-text("Download picture")'])


def saved_comparison(visitor: Visitor, photo: Path) -> None:
    """A comparison of one's own photo that is there again after a reload."""
    here = visitor.page
    bring(visitor, photo)
    results(visitor, 2)
    settled(here)
    if not here.locator(SAVE).count():
        raise NotImplementedError("nothing can be saved without a true mask")
    visitor.click(here.locator(SAVE))
    visitor.click(here.locator(".st-key-save-comparison button"))
    here.get_by_text("is saved").wait_for()


def the_answer(visitor: Visitor, _photo: Path) -> None:
    """The answer of the page Juncture."""
    go(visitor, "Juncture")
    title(visitor, "Juncture")
    settled(visitor.page)


AIMS: dict[str, Callable[[Visitor, Path], None]] = {
    "two models on my photo": two_models,
    "a clean cut-out on a scene, as a file": on_a_scene,
    "a saved comparison": saved_comparison,
    "the answer": the_answer,
}
"""What a new user wants, each with the way to it from the first page."""
