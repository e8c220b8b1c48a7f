from __future__ import annotations

import pytest

from generator.release.admission import way


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            'admission webhook "w.example.com" denied the request: not on Fridays',
            "the webhook w.example.com has rules of its own",
        ),
        (
            'Internal error occurred: failed calling webhook "w.example.com": failed to call'
            " webhook: Post: dial tcp 127.0.0.1:1: connect: connection refused",
            "the webhook w.example.com does not answer",
        ),
        (
            "deployments.apps \"api\" is forbidden: ValidatingAdmissionPolicy 'limits' with"
            " binding 'limits' denied request: too many",
            "kubectl get validatingadmissionpolicy limits",
        ),
    ],
)
def test_who_refused_is_named_with_whom_to_ask(message: str, said: str) -> None:
    assert said in str(way(message))


def test_other_refusals_are_not_admissions() -> None:
    assert way('Deployment.apps "api" is invalid: spec.replicas: Invalid value: -1') is None
