"""Our own Streamlit components; each is a folder with its HTML, CSS and JavaScript."""
