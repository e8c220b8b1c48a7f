"""`python -m generator`."""

from __future__ import annotations

import sys

try:
    from generator.cli import main

    main()
except ModuleNotFoundError as error:
    # A Python without the libraries: the one beside scripts/build's, most likely.
    if error.name is None or error.name.partition(".")[0] == "generator":
        raise
    sys.exit(
        f"error: {sys.executable} has no library {error.name!r}\n"
        "    hint: `. .venv/bin/activate` after scripts/build, or pip install the generator"
    )
