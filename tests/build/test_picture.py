"""The picture of a platform: everything is on it, nothing twice, and it is well-formed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from generator.build.picture import draw
from generator.spec.read import read_platform

SVG = "{http://www.w3.org/2000/svg}"

SPEC = """
name: shop
environments: [dev]
charts:
  shop:
    version: 1.4.0
    namespace: shop
    components:
      storefront: &web
        kind: web
        image: example/storefront:1
        port: 8080
        resources: {cpu: 1, memory: 1Gi}
        connects: [catalogue]
      catalogue:
        <<: *web
        scale: {min: 2, max: 9}
        connects: ["https://api.example.com", "https://api.example.com:8443", tools/search]
      tidy:
        kind: cron
        image: example/tidy:1
        schedule: "@daily"
        resources: {cpu: 1, memory: 1Gi}
        connects: [catalogue]
    routes:
      shop.example.com: storefront
      shop.example.com/api: catalogue
      www.shop.example.com: {redirect: shop.example.com}
  tools:
    version: 1.0.0
    namespace: tools
    components:
      search: {<<: *web, connects: []}
"""


@pytest.fixture
def picture(tmp_path: Path) -> ET.Element:
    spec = tmp_path / "platform.yaml"
    spec.write_text(SPEC)
    return ET.fromstring(draw(read_platform(spec)))


def texts(picture: ET.Element) -> list[str]:
    return [str(text.text) for text in picture.iter(f"{SVG}text")]


def test_every_component_is_a_box_with_its_kind_and_replicas(picture: ET.Element) -> None:
    said = texts(picture)
    for name, about in (
        ("storefront", "web × 2"),
        ("catalogue", "web × 2 to 9"),
        ("tidy", "cron"),
        ("shop.example.com", "address"),
    ):
        assert said[said.index(name) + 1] == about


def test_an_address_outside_has_one_box_a_port(picture: ET.Element) -> None:
    said = texts(picture)
    abouts = [about for name, about in pairwise(said) if "api." in name]
    assert sorted(abouts) == ["port 443", "port 8443"]


def test_a_component_of_another_chart_says_so(picture: ET.Element) -> None:
    said = texts(picture)
    assert said.count("search") == 2
    assert said[said.index("search") + 1] == "in chart tools"


def test_every_edge_and_route_is_one_arrow(picture: ET.Element) -> None:
    arrows = [a for a in picture.iter(f"{SVG}path") if a.get("class") == "edge"]
    assert sorted(str(arrow.findtext(f"{SVG}title")) for arrow in arrows) == [
        "catalogue connects to api.example.com",
        "catalogue connects to api.example.com",
        "catalogue connects to search",
        "shop.example.com leads to catalogue",
        "shop.example.com leads to storefront",
        "storefront connects to catalogue",
        "tidy connects to catalogue",
    ]


def test_each_chart_is_a_frame_that_holds_its_components_only(picture: ET.Element) -> None:
    groups = picture.findall(f"{SVG}g")
    assert len(groups) == 2
    frame, *boxes = groups[0].findall(f"{SVG}rect")
    left, width = int(frame.get("x", "")), int(frame.get("width", ""))
    inside = {
        str(box.findtext(f"{SVG}title"))
        for box in boxes
        if left < int(box.get("x", "")) and int(box.get("x", "")) < left + width
    }
    assert inside == {"storefront", "catalogue", "tidy"}


def test_one_chart_alone(tmp_path: Path) -> None:
    spec = tmp_path / "platform.yaml"
    spec.write_text(SPEC)
    said = texts(ET.fromstring(draw(read_platform(spec), "tools")))
    assert said == ["tools 1.0.0, namespace tools", "search", "web × 2"]


def test_everything_lies_within_the_picture(picture: ET.Element) -> None:
    width, height = int(picture.get("width", "")), int(picture.get("height", ""))
    for group in picture.findall(f"{SVG}g"):
        x, y = (int(n) for n in str(group.get("transform"))[len("translate(") : -1].split())
        for box in group.findall(f"{SVG}rect"):
            at_x, at_y = x + int(box.get("x", "")), y + int(box.get("y", ""))
            assert at_x >= 0
            assert at_x + int(box.get("width", "")) <= width
            assert at_y >= 0
            assert at_y + int(box.get("height", "")) <= height


def test_long_names_are_cut_and_kept_whole_in_the_tip(tmp_path: Path) -> None:
    host = "a-very-long-host-name-that-no-box-can-hold.of-a-provider.example.com"
    spec = tmp_path / "platform.yaml"
    spec.write_text(SPEC.replace("api.example.com:8443", host))
    picture = ET.fromstring(draw(read_platform(spec)))
    assert any(text.endswith("…") and host.startswith(text[:-1]) for text in texts(picture))
    assert host in {str(box.findtext(f"{SVG}title")) for box in picture.iter(f"{SVG}rect")}
