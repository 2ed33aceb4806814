"""Attributes of a KML placemark: its name, ExtendedData, and what its description tells."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from herbgis.reading.formats.descriptions import told_by
from herbgis.reading.formats.survey_file import Words
from herbgis.reading.formats.xml_text import local, text_of


def fields_of(placemark: Element, words: Words) -> dict[str, str]:
    """Heading to text; ExtendedData before the description, both before what KML itself names."""
    fields = dict(_extended(placemark))
    own = {local(child.tag): text_of(child) for child in placemark}
    told = told_by(own.get("description", ""), words)
    named = {"name": own["name"]} if own.get("name") else {}
    return {**named, **told, **fields}


def _extended(placemark: Element) -> Iterator[tuple[str, str]]:
    """Pairs of ExtendedData, in both of its forms."""
    for element in placemark.iter():
        heading = element.get("name")
        if local(element.tag) == "SimpleData" and heading:
            yield heading, text_of(element)
        elif local(element.tag) == "Data" and heading:
            values = [text_of(child) for child in element if local(child.tag) == "value"]
            yield heading, "".join(values)
