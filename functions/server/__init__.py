"""The same handler as an HTTP server, for machines without Lambda."""
