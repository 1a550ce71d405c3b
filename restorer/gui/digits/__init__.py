"""The window's page of digits: a map on which each point is a handwritten digit."""
