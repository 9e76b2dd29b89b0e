"""The base of all errors that a user can put right, and words for those of a disk."""


def disk_error(error: OSError) -> str:
    """One sentence on a file that cannot be read or written."""
    name = f"'{error.filename}': " if error.filename else ""
    return f"{name}{error.strerror or error}."


class CarsegError(ValueError):
    """Base of all errors whose text tells a user, in one sentence, what is wrong and what to do."""
