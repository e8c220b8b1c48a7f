"""Templates give the same text each time: no random numbers, no clock, no fresh certificates.

With them each upgrade restarts pods and changes passwords, and nobody can compare two renderings.

Good:

    checksum/config: {{ include "a.config" . | sha256sum }}

Bad:

    password: {{ randAlphaNum 32 }}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.rules.api import Mistake
from generator.check.sources import ChartSources
from generator.findings import ERROR

ID = "template-deterministic"
SEVERITY = ERROR

_FUNCTIONS = re.compile(
    r"(?<![\w.$])(rand(?:Alpha|AlphaNum|Ascii|Bytes|Int|Numeric)|shuffle|now|ago|uuidv4|htpasswd"
    r"|bcrypt|encryptAES|genCA(?:WithKey)?|genPrivateKey|genSelfSignedCert(?:WithKey)?"
    r"|genSignedCert(?:WithKey)?|getHostByName)(?!\w)"
)
_BEGINNINGS = (
    *("rand", "shuffle", "now", "ago", "uuidv4", "htpasswd", "bcrypt", "encryptAES"),
    *("genCA", "genPrivateKey", "genSelfSignedCert", "genSignedCert", "getHostByName"),
)


def check(sources: ChartSources) -> Iterator[Mistake]:
    for file in sources.holding(*_BEGINNINGS):
        for action in file.actions:
            for name in _FUNCTIONS.findall(action.words):
                message = f"{name} gives another text each time"
                yield Mistake(action.path, action.line, action.col, message)
