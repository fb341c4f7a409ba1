import re

import pytest

from crossroads.site.drawing import chart_of, draw, log_domain, log_ticks


def _svg(name: str = "a") -> str:
    chart = chart_of([{"x": 1.23456, "t": "one < two"}]).mark_point(clip=True)
    return draw(
        chart.encode(x="x:Q", description="t:N"),
        name=name,
        title="Cost & time",
        description="Left is less",
    )


def test_a_drawing_says_what_it_is() -> None:
    svg = _svg()

    assert '<title id="a-title">Cost &amp; time</title>' in svg
    assert '<desc id="a-desc">Left is less</desc>' in svg


def test_two_drawings_on_a_page_share_no_id() -> None:
    ids = [set(re.findall(r'\bid="([^"]+)"', _svg(name))) for name in ("a", "b")]

    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_every_reference_inside_a_drawing_points_into_it() -> None:
    svg = _svg()
    wanted = set(re.findall(r"url\(#([^)]+)\)", svg))

    assert wanted
    assert wanted <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_a_drawing_takes_the_font_of_the_page() -> None:
    assert set(re.findall(r'font-family="([^"]+)"', _svg())) == {"inherit"}


@pytest.mark.parametrize("values", [[0.1], [1.0, 1.01], [0.03, 2.1], [5.0, 50_000.0], []])
def test_an_axis_has_room_for_its_values_and_readable_ticks(values: list[float]) -> None:
    low, high = log_domain(values)
    ticks = log_ticks(low, high, most=7)

    assert all(low < value < high for value in values)
    assert high / low >= 7.99
    assert 1 <= len(ticks) <= 7
