"""Steps of a visitor that several tests share."""

from pathlib import Path

STILL = Path(__file__).with_name("still.js").read_text(encoding="utf-8")


def settled(page) -> None:
    """Wait until no script runs and nothing on the page has changed for a third of a second.

    A click is not yet a run: wait first for something that the click brings.
    """
    page.evaluate(STILL, {"quiet": 333, "patience": 120_000})


def go(page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name, level=1, exact=True).wait_for()


def choose(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


def add_samples(page) -> None:
    """A sample of every car, by the button of Present."""
    go(page, "Present")
    page.get_by_role("button", name="Add the samples").click()
    page.locator(".talk").wait_for()


def upload(page, *files: Path) -> None:
    """Bring photos, and wait until the page stands: until then a click may meet what is moving."""
    page.locator("input[type=file]").first.set_input_files([str(f) for f in files])
    loaded(page, 2)
    settled(page)


def loaded(page, count: int) -> None:
    """Wait until ``count`` pictures stand in the viewer, decoded."""
    page.wait_for_function(
        """count => {
            const all = [...document.querySelectorAll('*')]
              .map(e => e.shadowRoot).filter(Boolean)
              .flatMap(root => [...root.querySelectorAll('.sheet img')]);
            return all.length === count && all.every(i => i.naturalWidth > 0);
        }""",
        arg=count,
    )


def nothing_sticks_out(page) -> None:
    """No scrolling to the side, once the page has found its layout."""
    settled(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, "something sticks out at the side"
