"""The row under the tools with cut-outs and new backgrounds: strip, light, colours, crop."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.compositing.framing import Frame
from carseg.compositing.views import Background, Look
from carseg.service.workshop import Photo
from carseg.ui.compare import backdrop, framing
from carseg.ui.compare.downloads import model_for_use
from carseg.ui.compare.results import PhotoResults


@dataclass(frozen=True)
class Behind:
    """What is behind the car, and the crop.

    Attributes:
        own: the background's picture, or None.
        view: the one of ``backdrop.VIEWS`` on the stage, or ''.  place: of the strip, if there is.
    """

    background: Background
    own: Photo | None
    frame: Frame | None
    view: str = ""
    place: DeltaGenerator | None = None

    def draw_strip(self, results: PhotoResults) -> None:
        """Draw the strip with the result that is meant for use, or with backgrounds alone."""
        if self.place is None:
            return
        model = model_for_use(results) if results.asks else ""
        look = replace(results.looks.get(model, Look()), background=self.background)
        with self.place:
            backdrop.draw_strip(results.photo, results.asks.get(model), look, self.view)


def pick_behind(views: Collection[str]) -> Behind:
    """Draw the controls where these views show what is behind the car."""
    seen = [view for view in backdrop.VIEWS if view in views]
    if not seen:
        return Behind(*backdrop.choose(drawn=False), framing.chosen())
    view = seen[-1]
    place = st.container(key="backdrop-strip")
    with st.container(horizontal=True, vertical_alignment="center", key="backdrop-tools"):
        background, own = backdrop.choose(drawn=view == "background")
        frame = framing.choose()
    return Behind(background, own, frame, view, place)
