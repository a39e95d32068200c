"""Charts as SVG, drawn on the server: no script, no style attribute, nothing to load.

leather lays out scales, ticks and columns; each column is made a link with a title of its own.
Colours come from the page's stylesheet (a rule outranks a presentation attribute), so that one
chart serves light and dark.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import Any

import leather
from leather.shapes import Columns
from markupsafe import Markup

WIDTH, HEIGHT = 760, 210


class _LinkedColumns(Columns):  # type: ignore[misc]
    def __init__(self, links: Sequence[str], titles: Sequence[str]) -> None:
        super().__init__("#335")
        self._links = links
        self._titles = titles

    def to_svg(self, *args: Any) -> ET.Element:
        group: ET.Element = super().to_svg(*args)
        for place, column in enumerate(list(group)):
            title = ET.SubElement(column, "title")
            title.text = self._titles[place]
            if self._links[place]:
                anchor = ET.Element("a", href=self._links[place], tabindex="-1")
                group.remove(column)
                anchor.append(column)
                group.insert(place, anchor)
        return group


def column_chart(
    values: Sequence[tuple[str, int]],
    *,
    link: Callable[[str], str],
    title: Callable[[str, int], str],
    tick: Callable[[str], str],
    number: Callable[[int], str],
    ticks: int = 8,
    ticked: Callable[[str], bool] | None = None,
) -> Markup:
    """An SVG of columns, one for each (key, count); "" for less than two.

    ``link`` and ``title`` give a column's address and tooltip; ``tick`` the label under some of
    the keys, ``ticks`` at most, of those that ``ticked`` chooses; ``number`` writes the counts.
    """
    if len(values) < 2:
        return Markup("")
    keys = [key for key, _ in values]
    top = max(count for _, count in values) or 1
    step = _round_step(top)
    chart = leather.Chart()
    chart.add_series(
        leather.Series([(key, count) for key, count in values]),
        _LinkedColumns([link(key) for key in keys], [title(key, n) for key, n in values]),
    )
    chosen = [key for key in keys if ticked is None or ticked(key)]
    labelled = chosen[:: max(math.ceil(len(chosen) / ticks), 1)]
    chart.add_x_axis(ticks=labelled, tick_formatter=lambda key, i, n: tick(str(key)))
    chart.add_y_scale(0, step * math.ceil(top / step))
    chart.add_y_axis(
        ticks=[step * place for place in range(math.ceil(top / step) + 1)],
        tick_formatter=lambda value, i, n: number(int(value)),
    )
    svg = ET.Element("svg")
    drawing = chart.to_svg_group(WIDTH, HEIGHT)
    drawing.remove(drawing[0])  # the background
    svg.append(drawing)
    return Markup(_serialise(svg))


def _round_step(top: int) -> int:
    raw = max(top / 4, 1)
    power = 10 ** math.floor(math.log10(raw))
    return int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw))


def _serialise(svg: ET.Element) -> str:
    for element in svg.iter():
        for name in ("font-family", "fill", "stroke"):
            element.attrib.pop(name, None)
        for name, value in list(element.attrib.items()):
            if name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height"):
                element.set(name, f"{float(value):.1f}")
    svg.attrib = {
        "class": "chart",
        "viewBox": f"16 30 {WIDTH - 40} {HEIGHT - 56}",
        "aria-hidden": "true",
        "focusable": "false",
    }
    return ET.tostring(svg, encoding="unicode")
