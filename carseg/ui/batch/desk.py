"""The batch of a visitor: what was sent, the work on it, and its ZIP; it ends with the page."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from carseg.core.errors import CarsegError
from carseg.imaging.codec import digest
from carseg.service.batch.sent import Sent
from carseg.service.batch.takeaway import Parcel
from carseg.service.batch.work import Plan, Work
from carseg.service.own_set import forget_when_closed
from carseg.ui.shared import handout, state

LONGEST_LIST = 8
"""Problems of an upload that are told one by one."""


@dataclass
class Desk:
    """One visitor's batch.

    Attributes:
        sent: the pictures; None before the first.
        work: what is or was done with them.  held: its settings are kept while it pauses.
        problems: one sentence for each file that could not be taken.
        background: the path of the picture behind the cars, or ''.
        parcel, address: the ZIP, and where the browser finds it.
        round: of the uploader; a new one is drawn after each upload.
    """

    sent: Sent | None = None
    work: Work | None = None
    held: bool = False
    problems: list[str] = field(default_factory=list)
    background: str = ""
    parcel: Parcel | None = None
    address: str = ""
    round: int = 0

    @property
    def locked(self) -> bool:
        """Whether the settings must stay as they are."""
        return self.work is not None and (self.work.running or (self.held and self.left > 0))

    @property
    def left(self) -> int:
        """Rows that are not there yet."""
        return 0 if self.work is None else self.work.total - len(self.work.rows)

    def add(self, name: str, data: bytes) -> None:
        """Take a picture or a ZIP; a sentence says why not."""
        try:
            self._place().add(name, data)
        except CarsegError as error:
            self.problems.append(f"{PurePosixPath(name).name}: {error}")

    def add_background(self, data: bytes) -> None:
        """Keep the picture that goes behind the cars."""
        path = self._place().place / f"background-{digest(data)[:16]}"
        path.write_bytes(data)
        self.background = str(path)

    def start(self, plan: Plan) -> None:
        """Begin, or go on if the plan is that of the work so far."""
        if self.work is None or self.work.plan != plan:
            self._drop_work()
            self.work = Work(self._place(), plan, state.workshop().predictor)
        self.held = True
        self.work.go()

    def stop(self) -> None:
        """Begin nothing more, and let the settings be changed."""
        self.held = False
        if self.work is not None:
            self.work.pause()

    def pack(self) -> None:
        """Make the ZIP of what is done."""
        self.drop_parcel()
        if self.work is not None:
            self.parcel = Parcel(self.work)

    def link(self) -> str:
        """The address of the ZIP, once it is whole."""
        if not self.address and self.parcel is not None and self.parcel.path is not None:
            self.address = handout.offer(self.parcel.path, "carseg-batch.zip")
        return self.address

    def drop_parcel(self) -> None:
        """Delete the ZIP."""
        handout.withdraw(self.address)
        self.address = ""
        if self.parcel is not None:
            self.parcel.close()
            self.parcel = None

    def remove(self) -> None:
        """Delete pictures and results."""
        self._drop_work()
        if self.sent is not None:
            self.sent.close()
        self.sent, self.background, self.problems = None, "", []

    def _drop_work(self) -> None:
        self.drop_parcel()
        if self.work is not None:
            self.work.close()
            self.work = None

    def _place(self) -> Sent:
        if self.sent is None:
            self.sent = Sent()
            context = get_script_run_ctx()
            if context is not None:
                forget_when_closed(self.sent.folder, partial(_is_open, context.session_id))
        return self.sent


def desk() -> Desk:
    """This session's."""
    here: Desk = st.session_state.setdefault("batch", Desk())
    _while_open(here)
    return here


def _is_open(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def _close(here: Desk) -> None:
    here.stop()
    handout.withdraw(here.address)
    here.address = ""


@st.cache_resource(scope="session", show_spinner=False, on_release=_close)
def _while_open(_here: Desk) -> Desk:
    """The desk. When the page closes, nothing more begins; its folder is deleted soon after."""
    return _here
