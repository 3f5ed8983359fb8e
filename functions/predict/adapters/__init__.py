"""Other request formats for the same predict call."""
