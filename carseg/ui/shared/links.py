"""The share link, which opens the same view for somebody else."""

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from carseg.service.workshop import Photo

LINKED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
"""Arguments of widgets whose value is in the share link and is kept on other pages."""


def share_link(photo: Photo) -> None:
    """A popover with the link; it says so if the link cannot contain the picture."""
    with st.popover("Share", icon=":material/link:"):
        if photo.link:
            what = "sample" if photo.origin == "sample" else "picture's address"
            st.caption(f"This link holds the settings and the {what}.")
        else:
            st.info(
                f"Your {'camera picture' if photo.origin == 'camera' else 'upload'} is not in "
                "this link, only the settings are, because pictures stay on this machine.",
                icon=":material/lock:",
            )
        pairs = [(k, v) for k in st.query_params for v in st.query_params.get_all(k)]
        address = (st.context.url or "").split("?")[0].rstrip("/") + "/"
        st.code(
            f"{address}?{urlencode(pairs)}" if pairs else address, language=None, wrap_lines=True
        )
