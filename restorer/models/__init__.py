"""The networks and the catalog of their trained weights."""

from typing import Final

CATALOG_NAME: Final = "catalog.json"
