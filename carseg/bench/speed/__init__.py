"""Times every stage from a file to a result, beside the plain way and the machine's limit."""
