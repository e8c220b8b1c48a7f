"""What to do when admission refuses an object: webhooks and policies that others installed."""

from __future__ import annotations

import re

_HOOKS = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
_WAYS = (
    (
        re.compile(r'admission webhook "([^"]+)" denied the request'),
        f"the webhook {{}} has rules of its own: do what it says, or ask its owner: {_HOOKS}",
    ),
    (
        re.compile(r'failed calling webhook "([^"]+)"'),
        "the webhook {} does not answer, so nothing that it looks at can change: its owner must"
        f" bring it back: {_HOOKS}",
    ),
    (
        re.compile(r"ValidatingAdmissionPolicy '([^']+)' with binding"),
        "do what the policy says, or ask its owner: kubectl get validatingadmissionpolicy {}",
    ),
)


def way(message: str) -> str | None:
    """The way forward after what an API server said, None where no admission spoke."""
    for sign, hint in _WAYS:
        if found := sign.search(message):
            return hint.format(found[1])
    return None
