"""What a tab makes of Streamlit's messages."""

import json

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from carseg.bench.soak.protocol import Page, TabError
from carseg.bench.soak.visitor import PLACE, VIEWER, all_there, masks, told, uploader_of
from carseg.ui.shared.waiting import ICON

PHOTO = "f" * 64


def element() -> tuple[ForwardMsg, object]:
    message = ForwardMsg()
    return message, message.delta.new_element


def uploader(key: str) -> ForwardMsg:
    message, new = element()
    new.file_uploader.id = f"$$ID-{'0' * 32}-{key}"
    return message


def shown(*busy: bool, picture: str = PHOTO) -> ForwardMsg:
    message, new = element()
    new.bidi_component.component_name = VIEWER
    panes = [{"id": f"net-{i}", "busy": one, "url": f"/media/{i}"} for i, one in enumerate(busy)]
    panes.append({"id": "original", "busy": False, "url": "/media/o"})
    new.bidi_component.json = json.dumps({"picture": picture, "panes": panes})
    return message


def page_after(*messages: ForwardMsg) -> Page:
    page = Page()
    for message in messages:
        page.take(message)
    return page


def test_the_session_and_the_script():
    message = ForwardMsg()
    message.new_session.initialize.session_id = "s"
    message.new_session.page_script_hash = "h"
    end = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    page = page_after(message, end, end)
    assert (page.session, page.script, page.runs) == ("s", "h", 2)


def test_the_newest_uploader_takes_the_picture():
    keys = ("files-first-0", "files-more-2", "files-more-10", "own-11")
    assert uploader_of(page_after(*map(uploader, keys))) == "files-more-10"
    with pytest.raises(TabError, match="no uploader"):
        uploader_of(Page())


def test_masks_come_one_after_the_other():
    page = page_after(shown(True, True))
    assert masks(page, PHOTO) == []
    page.take(shown(True, False))
    assert [pane["id"] for pane in masks(page, PHOTO)] == ["net-1"]
    assert not all_there(page, PHOTO)
    page.take(shown(False, False))
    assert all_there(page, PHOTO)
    assert not all_there(page, "0" * 64), "another photo's masks"
    page.take(shown())
    assert not all_there(page, PHOTO), "only the original is there"


def test_the_place_is_known_by_its_icon():
    message, new = element()
    new.alert.icon, new.alert.body = ICON, "3 other pictures are being worked on first."
    assert not told(Page())
    assert told(page_after(message))
    assert PLACE == ICON


def test_an_error_that_nobody_caught_breaks_the_page():
    message, new = element()
    new.exception.type, new.exception.message = "KeyError", "'x'"
    assert page_after(message).broken == ["KeyError: 'x'"]


def test_what_passes_by_is_seen_too():
    message = ForwardMsg()
    message.delta.new_transient.elements.add().alert.body = "soon"
    assert page_after(message).alerts == [("", "soon")]
