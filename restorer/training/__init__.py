"""Degradations, data and the loop that train every model."""
