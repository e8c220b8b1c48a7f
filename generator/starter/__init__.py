"""A first platform.yaml, for whoever has none yet."""

from __future__ import annotations

from pathlib import Path

from generator.errors import RefusedError

TEMPLATE = Path(__file__).parent / "platform.yaml"


def write(spec: Path) -> None:
    """Write the starter. Never over what is there, also if it came this very moment."""
    spec.parent.mkdir(parents=True, exist_ok=True)
    text = TEMPLATE.read_text(encoding="utf-8")
    try:
        with spec.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise RefusedError(
            f"{spec} is there already, and was left as it is",
            hint="name another file: -f other/platform.yaml",
        ) from None
