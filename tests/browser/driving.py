"""Steps of a visitor that several tests share."""

from pathlib import Path


def go(page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name, level=1).wait_for()


def upload(page, *files: Path) -> None:
    page.locator("input[type=file]").first.set_input_files([str(f) for f in files])
    loaded(page, 2)


def settled(page) -> None:
    """Wait for the end of the run: a download button of an older run has nothing to give."""
    page.wait_for_timeout(300)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(300)


def choose(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


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
