"""The libraries that can run networks. Each has a module; ``engine.ENGINES`` lists them."""
