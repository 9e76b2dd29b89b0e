"""The only part of carseg that imports Streamlit: state, widgets and our own components."""
