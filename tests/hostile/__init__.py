"""Input that means harm, and the bar that every answer to it must meet."""
