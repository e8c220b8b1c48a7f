"""Certificates: their ends, from cert-manager's word and from the Secrets themselves."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from generator.release.status.expiry import certificates, not_after
from generator.release.status.model import Certificate
from tests.release.scene import NOW, facts, made

INGRESS = made("Ingress", "web", api="networking.k8s.io/v1", spec={"tls": [{"secretName": "web"}]})


def pem(until: datetime) -> str:
    return (
        trustme.CA().issue_cert("web.example", not_after=until).cert_chain_pems[0].bytes().decode()
    )


def packed(until: datetime) -> str:
    return base64.b64encode(pem(until).encode()).decode()


def read(manifest=INGRESS, live=(), secrets=None):
    found = facts([manifest], live, certificates=secrets)
    return certificates(found.history.revisions[0].objects, found, NOW)


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 12, 1, 10, 20, 30, tzinfo=UTC),
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),  # the last one with two digits
        datetime(2050, 1, 1, tzinfo=UTC),
        datetime(1999, 1, 1, tzinfo=UTC) + timedelta(days=9000),
    ],
)
def test_the_end_of_a_certificate_is_read(until):
    assert not_after(pem(until)) == until


def test_of_a_chain_the_first_counts():
    first, second = (datetime(year, 1, 1, tzinfo=UTC) for year in (2030, 2040))
    assert not_after("comment\n" + pem(first) + pem(second)) == first


def test_what_is_no_certificate_is_refused():
    good = pem(NOW)
    lines = good.splitlines()
    cut = "\n".join([lines[0], *lines[1:4], lines[-1]])
    begin, end = "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----"
    for bad in ("", "nonsense", cut, good[:200], begin + end, begin + "AAAA" + end):
        with pytest.raises(ValueError):
            not_after(bad)


@pytest.mark.parametrize(
    ("days", "state", "soon", "reason"),
    [(90, "ready", False, None), (3, "ready", True, None), (-1, "failed", False, "expired")],
)
def test_a_certificate_is_good_until_it_ends(days, state, soon, reason):
    end = NOW + timedelta(days=days)
    assert read(secrets={"web": packed(end)}) == (
        Certificate(
            secret="web",
            state=state,
            expires=end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            soon=soon,
            reason=reason,
        ),
    )


def test_a_missing_secret_an_unread_one_and_a_wrong_one_are_told_apart():
    assert read(secrets={})[0].reason == "there is no such Secret"
    assert read(secrets=None)[0].reason == "you may not read it"
    assert read(secrets={"web": "bm9wZQ=="})[0].reason == "its tls.crt is no certificate"


def test_the_word_of_cert_manager_says_why_and_until_when():
    wanted = made("Certificate", "web", api="cert-manager.io/v1", spec={"secretName": "web"})
    refused = {
        **wanted,
        "status": {"conditions": [{"type": "Ready", "status": "False", "message": "no issuer"}]},
    }
    (one,) = read(manifest=wanted, live=[refused], secrets={})
    assert (one.state, one.reason) == ("missing", "no issuer")
    issued = {**wanted, "status": {"notAfter": "2027-02-01T00:00:00Z"}}
    (one,) = read(manifest=wanted, live=[issued], secrets=None)
    assert (one.state, one.expires) == ("ready", "2027-02-01T00:00:00Z")


def test_of_mounted_secrets_only_certificates_are_told():
    volumes = [{"secret": {"secretName": "password"}}, {"secret": {"secretName": "db-tls"}}]
    db = made("StatefulSet", "db", spec={"template": {"spec": {"volumes": volumes}}})
    found = read(manifest=db, secrets={"db-tls": packed(NOW), "foreign": packed(NOW)})
    assert [one.secret for one in found] == ["db-tls"]
