"""What networks are made of and what goes on inside them, found on the real layers."""
