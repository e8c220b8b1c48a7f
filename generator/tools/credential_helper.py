"""Ask a `docker-credential-…` program for what it keeps for a registry."""

from __future__ import annotations

import json

from generator.errors import GeneratorError, ToolError
from generator.tools import process

# Every helper says it so, by the protocol: it is an answer, not a failure.
_NOT_FOUND = "credentials not found"


def get(helper: str, server: str) -> tuple[str, str] | None:
    """User and secret for a server; the user `<token>` says that the secret is a token."""
    command = [f"docker-credential-{helper}", "get"]
    try:
        answer = json.loads(process.run(command, stdin=server, timeout=60).stdout)
        return str(answer["Username"]), str(answer["Secret"])
    except ToolError as error:
        if _NOT_FOUND in error.output:
            return None
        raise
    except (ValueError, KeyError, TypeError):
        # Not the answer itself: it may hold half a secret.
        raise GeneratorError(f"`{command[0]}` gave an answer that cannot be read") from None
