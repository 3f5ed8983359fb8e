"""Load on a pool of real containers and on the server, every answer checked."""
