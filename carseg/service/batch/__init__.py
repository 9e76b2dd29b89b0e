"""Many pictures through networks, several at the same time: pictures in, files and rows out."""
