"""Turns prices, measurements and a pattern of traffic into what every home costs a month."""
