"""Gives pictures to the browser by address, so that an unchanged one is not sent again."""

import base64

import streamlit as st
from streamlit import runtime

MIME = {
    "png": "image/png",
    "webp": "image/webp",
    "jpeg": "image/jpeg",
    "zip": "application/zip",
}
"""Media types by the name of the format."""


def picture_address(data: bytes, kind: str, place: str) -> str:
    """The address of encoded picture bytes; valid until the same ``place`` shows another picture.

    Streamlit serves the bytes under a name made of their hash, so the browser's cache works.
    Without a server (bare mode) the address contains the bytes.

    Args:
        kind: ``png``, ``webp`` or ``jpeg``.
        place: identifies the place on the page at which the picture is shown.
    """
    if not runtime.exists():
        return f"data:{MIME[kind]};base64,{base64.b64encode(data).decode()}"
    path = runtime.get_instance().media_file_mgr.add(data, MIME[kind], f"carseg-{place}")
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path
