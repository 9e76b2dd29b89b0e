"""Runs the steps on the connection that ``carseg.results.database.migrate`` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
# The caller has begun the transaction, holds the lock and commits.
context.run_migrations()
