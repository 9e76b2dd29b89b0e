"""What strangers send, in tens of thousands of damaged and made-up variants.

These are commands: ``python -m tests.fuzz.mutated``, ``tests.fuzz.addresses`` and
``tests.fuzz.atheris_run``.
"""
