"""The only part of carseg that knows Streamlit: state, widgets and our own components."""
