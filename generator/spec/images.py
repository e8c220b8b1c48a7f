"""images.lock: the digests of images, kept beside platform.yaml.

    docker.io/library/busybox:1.37.0: sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7

A reference that stands here gets its digest as the default of its `digest` value in every chart.
A release process fills the file, for example with `crane digest REFERENCE`.
"""  # noqa: E501 - a digest is as long as it is

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from generator.errors import InputError
from generator.spec.source import read_source
from generator.spec.validate import validate

NAME: Final = "images.lock"

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "propertyNames": {
        "pattern": r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*:[A-Za-z0-9._-]{1,128}$",
        "x-expected": "an image with its tag, like docker.io/library/busybox:1.37.0",
    },
    "additionalProperties": {
        "type": "string",
        "pattern": "^sha256:[a-f0-9]{64}$",
        "x-expected": "a digest: sha256: and 64 hexadecimal digits",
    },
}


def read_images(root: Path) -> Mapping[str, str]:
    """Reference to digest; {} when there is no lock file. Raises `InputError`."""
    if not (root / NAME).is_file():
        return {}
    source = read_source(root / NAME, root, may_be_empty=True)
    findings = validate(source, _SCHEMA)
    if findings:
        raise InputError(findings)
    locked: Mapping[str, str] = source.data
    return locked
