"""carseg's front door: ``streamlit run app.py``, or ``carseg app``."""

import streamlit as st

from carseg.core.settings import UI

st.set_page_config(
    page_title="carseg",
    page_icon=str(UI / "icon.svg"),
    layout="wide",
    menu_items={"about": "carseg finds the car in a photo, with several networks side by side."},
)
st.html(UI / "style.css")
st.logo(UI / "logo.svg", size="large")
page = st.navigation(
    [
        st.Page("pages/compare.py", title="Compare", icon=":material/compare:", default=True),
        st.Page("pages/dice_table.py", title="Dice table", icon=":material/leaderboard:"),
        st.Page("pages/juncture.py", title="Juncture", icon=":material/call_split:"),
        st.Page("pages/models.py", title="Models", icon=":material/deployed_code:"),
        st.Page("pages/learn.py", title="Learn", icon=":material/school:"),
        st.Page("pages/present.py", title="Present", icon=":material/slideshow:"),
    ]
)
with st.spinner("Starting ..."):
    # Imported here because PyTorch takes seconds to load: so the navigation appears at once.
    from carseg.ui.shared.links import check_link
    from carseg.ui.shared.sidebar import sidebar
    from carseg.ui.shared.streamlit_internals import mark_started_by_app

    mark_started_by_app()
    check_link()
    sidebar()
page.run()
