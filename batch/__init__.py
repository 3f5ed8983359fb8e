"""A client of the service: a table in, the table of answers beside it."""
