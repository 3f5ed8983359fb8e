"""Turns the data set into a checked artifact: fit, judge, compile, prove, write."""
