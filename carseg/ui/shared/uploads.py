"""What uploaders are given: taken once, within our limits, and then let go of by the server."""

from collections.abc import Iterable

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from carseg.imaging.codec import MOST_MB, PictureError

TOO_LARGE = f"This file is larger than {MOST_MB} MB: make the picture smaller and send it again."


def let_go(files: Iterable[UploadedFile]) -> None:
    """Make the server forget these files, which it would hold as long as the page is open.

    Draw an uploader of another key afterwards: the old one still names them.
    """
    context = get_script_run_ctx()
    for file in files:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def check_file(data: bytes) -> None:
    """Raise ``PictureError`` for a file above ``MOST_MB``: an uploader's limit binds browsers."""
    if len(data) > MOST_MB * 2**20:
        raise PictureError(TOO_LARGE)
