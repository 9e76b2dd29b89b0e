"""An address that a stranger gave, to bytes."""
