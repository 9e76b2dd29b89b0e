"""What a dial, a severity and a juncture are, and what they are not."""

import pandas as pd
import streamlit as st

from carseg.dials import EFFECTS, Dial
from carseg.stats.bands import RESAMPLES
from carseg.ui.juncture.sentences import dial_name

TEXT = f"""\
**A dial** changes a studio picture step by step, from severity 0, the untouched picture, to 5. What
chance draws (which wind, which passer-by) is the same at every severity: one thing grows. The true
mask stays exact: it moves where the picture moves, loses what is hidden and gains a second car. Of
a family each picture gets one effect; on *Studio to street* it gets one of every family at once.

**Severities are by eye, not by nature.** Each effect has six strengths, chosen so that 1 is hardly
noticed and that at 5 a car is still seen at a glance. A 3 of fog is not as much as a 3 of noise:
compare models on one dial, not one dial with another.

**The juncture** of two models is the severity from which the mean Dice of one is ahead by at least
the lead that matters, and stays so up to the end; between two measured severities the difference
is taken as linear. Its interval, and the band of the curves, come from {RESAMPLES:,} resamples of
whole cars; a resample without a juncture counts as one past the dial.

**Its limits.** Changes made by a program are not the street: pasted cars have no shadow and no
reflection there, fog does not know distances, and the cars are those of one studio. The part on the
street asks whether the order of the models on a dial is their order on photographs of the street.
"""


def panel(dial: Dial) -> None:
    """The text, and the chosen dial's effects in their own words."""
    with st.expander("What are dials, severities and junctures?", icon=":material/help:"):
        st.markdown(TEXT)
        st.markdown(f"**{dial_name(dial)}.** {dial.summary}")
        rows = [{"Effect": EFFECTS[n].title, "At 5": EFFECTS[n].summary} for n in dial.effects]
        st.table(pd.DataFrame(rows), hide_index=True, alt="The effects of the chosen dial.")
