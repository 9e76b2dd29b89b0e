"""Our own Streamlit components: each a folder with its HTML, CSS and JavaScript."""
