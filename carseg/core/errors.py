"""The base of all errors that a user can put right."""


class CarsegError(ValueError):
    """Base of all errors whose text tells a user, in one sentence, what is wrong and what to do."""
