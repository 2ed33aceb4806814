"""The layers of herbgis: folium layers whose data stand in the page as JSON. Floor 7."""

from __future__ import annotations

from typing import Any

import folium

from herbgis.webmap.templating import Verbatim, as_json, figure_of, template


class DataLayer(folium.map.Layer):
    """A layer drawn by the page's own script from plain values.

    Parameters
    ----------
    kind : str
        The function of the page's script that draws it.
    data : dict
        Plain values; they enter the page as JSON, and what they say as text.
    switches : list of dict
        What the layer control offers: ``title``, ``count`` and ``group`` (None: all of it).
    """

    def __init__(
        self,
        kind: str,
        data: Any,
        *,
        name: str,
        switches: list[dict[str, Any]] | None = None,
        show: bool = True,
    ) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        self._name = "herbgis_layer"
        self.kind = kind
        self.data = data
        self.switches = switches or []

    def render(self, **kwargs: Any) -> Any:
        """Write the layer's data and its call into the page."""
        figure, name = figure_of(self), self.get_name()
        data = template("data.html").render(name=name, data=as_json(self.data))
        call = template("layer.js").render(name=name, kind=self.kind)
        figure.html.add_child(Verbatim(data), name=f"{name}_data")
        figure.script.add_child(Verbatim(call), name=f"{name}_call")
        return super().render(**kwargs)  # type: ignore[no-untyped-call]
