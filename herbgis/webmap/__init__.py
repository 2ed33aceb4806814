"""The map room: a folium map in one file that opens without a network."""

from herbgis.webmap.drawing import draw_map
from herbgis.webmap.page import OfflineMap

__all__ = ["OfflineMap", "draw_map"]
