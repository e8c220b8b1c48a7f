"""images.lock decides the digests, and only those that it names."""

from __future__ import annotations

from generator.build.pin import pin
from generator.kinds.api import Knob
from generator.kinds.common.schemas import STRING

DIGEST = "sha256:" + "a" * 64


def image(registry: str, repository: str, tag: str, digest: str = "") -> list[Knob]:
    parts = {"registry": registry, "repository": repository, "tag": tag, "digest": digest}
    return [Knob(path=f"image.{k}", doc=k, default=v, schema=STRING) for k, v in parts.items()]


def pinned(knobs: list[Knob], images: dict[str, str]) -> str:
    return next(str(k.default) for k in pin(knobs, images, "v2") if k.path == "image.digest")


def test_an_image_of_the_lock_gets_its_digest() -> None:
    knobs = image("docker.io", "library/busybox", "1.37.0")
    assert pinned(knobs, {"docker.io/library/busybox:1.37.0": DIGEST}) == DIGEST


def test_an_empty_tag_is_the_app_version() -> None:
    assert pinned(image("", "team/app", ""), {"team/app:v2": DIGEST}) == DIGEST


def test_other_tags_and_digests_of_the_spec_are_left_alone() -> None:
    assert pinned(image("", "team/app", "v3"), {"team/app:v2": DIGEST}) == ""
    own = "sha256:" + "b" * 64
    assert pinned(image("", "team/app", "v2", own), {"team/app:v2": DIGEST}) == own
