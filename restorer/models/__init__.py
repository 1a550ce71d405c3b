"""The networks and the catalog of their trained weights."""
