"""The cost model, by hand, against its own file, and from AWS's answers."""
