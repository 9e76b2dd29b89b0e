"""What was chosen on the Juncture page, as its figures take it."""

from types import SimpleNamespace

from carseg.dials import DIALS
from carseg.ui.juncture.choice import Choice
from carseg.ui.juncture.figures import palette


def test_the_pair_gets_the_first_marks_and_nobody_two():
    shown = [SimpleNamespace(model=name) for name in "wxyz"]
    pairing = SimpleNamespace(a="z", b="x")
    chosen = Choice(DIALS["combined"], shown, [], shown, pairing)
    assert chosen.models == ["z", "x", "w", "y"]
    marks = palette(chosen.models)
    assert len(set(marks.values())) == 4
    assert [marks["z"], marks["x"]] == list(palette("ab").values())
    assert Choice(DIALS["combined"], shown, [], shown, None).models == list("wxyz")
