"""A page that runs itself again, while the visitor chooses another one."""

from streamlit.testing.v1 import AppTest


def _works_while_another_page_is_chosen() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    from carseg.ui.shared.streamlit_internals import run_again

    context = get_script_run_ctx()
    st.text(context.page_script_hash)
    if "worked" not in st.session_state:
        st.session_state["worked"] = True
        context.script_requests.request_rerun(RerunData(page_script_hash="another"))
        run_again()


def _works_alone() -> None:
    import streamlit as st

    from carseg.ui.shared.streamlit_internals import run_again

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if st.session_state["runs"] < 3:
        run_again()
    st.text(st.session_state["runs"])


def test_another_page_chosen_meanwhile_goes_first():
    app = AppTest.from_function(_works_while_another_page_is_chosen).run()
    assert not app.exception
    assert app.text[0].value == "another"


def test_the_page_runs_again():
    app = AppTest.from_function(_works_alone).run()
    assert not app.exception
    assert app.text[0].value == "3"
