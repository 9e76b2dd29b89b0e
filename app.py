"""carseg's front door: ``streamlit run app.py``, or ``carseg app``.

The server imports this file and finds ``app``; for each visitor Streamlit runs it as a script.
"""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

from carseg.api import later
from carseg.core.settings import UI, token
from carseg.ui.shared import server
from carseg.ui.shared.door import Door
from carseg.ui.shared.handout import PLACE, handout

ABOUT = "carseg finds the car in a photo, with several networks side by side."


def draw() -> None:
    """The frame of every page, and the page itself."""
    st.set_page_config(
        page_title="carseg",
        page_icon=str(UI / "icon.svg"),
        layout="wide",
        menu_items={"about": ABOUT},
    )
    st.html(UI / "style.css")
    st.logo(UI / "logo.svg", size="large")
    page = st.navigation(
        [
            st.Page("pages/compare.py", title="Compare", icon=":material/compare:", default=True),
            st.Page("pages/batch.py", title="Batch", icon=":material/photo_library:"),
            st.Page("pages/dice_table.py", title="Dice table", icon=":material/leaderboard:"),
            st.Page("pages/juncture.py", title="Juncture", icon=":material/call_split:"),
            st.Page("pages/models.py", title="Models", icon=":material/deployed_code:"),
            st.Page("pages/learn.py", title="Learn", icon=":material/school:"),
            st.Page("pages/present.py", title="Present", icon=":material/slideshow:"),
        ]
    )
    from carseg.ui.shared.links import check_link
    from carseg.ui.shared.sidebar import show_device, sidebar
    from carseg.ui.shared.streamlit_internals import mark_started_by_app
    from carseg.ui.shared.waiting import showing_place

    mark_started_by_app()
    check_link()
    place = sidebar()
    with showing_place():
        page.run()
    show_device(place)


if __name__ == "__main__":
    draw()
else:
    api = [Mount("/api", later.Later(server.allowed_hosts, token))] if later.is_installed() else []
    routes = [*api, Mount(f"/{PLACE}", handout)]
    app = st.App(__file__, lifespan=server.serving, middleware=[Middleware(Door)], routes=routes)
