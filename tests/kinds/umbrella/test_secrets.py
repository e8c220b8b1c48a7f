"""Secrets by operators: names, keys, and that nothing but encrypted data fits."""

from __future__ import annotations

import shutil

import pytest

from generator.errors import ToolError
from tests.kinds.data import DATABASE
from tests.kinds.rendering import Built, build, problems
from tests.kinds.umbrella.shop import COMPONENTS, SECRETS, render

ENCRYPTED = "AgA" + "x" * 97
DATA = {
    "app-secrets": {"api-key": ENCRYPTED, "session.key": ENCRYPTED},
    "mail": {"token": ENCRYPTED},
}


def test_none_are_made_where_nobody_asks(f5):
    kinds = {each["kind"] for each in render(f5).all}
    assert not kinds & {"Secret", "ExternalSecret", "SealedSecret"}


class TestExternal:
    def test_reads_each_key_of_each_secret(self, full):
        objects = render(full, {"externalSecrets": {"enabled": True, "prefix": "prod/"}})
        spec = objects.one("ExternalSecret", "app-secrets")["spec"]
        assert spec["refreshInterval"] == "1h"
        assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "vault"}
        assert spec["target"] == {
            "name": "app-secrets",
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
        }
        assert [(each["secretKey"], each["remoteRef"]) for each in spec["data"]] == [
            ("api-key", {"key": "prod/app-secrets", "property": "api-key"}),
            ("session.key", {"key": "prod/app-secrets", "property": "session.key"}),
        ]
        assert objects.one("ExternalSecret", "mail")

    def test_says_what_it_needs(self, full):
        values = {"externalSecrets": {"enabled": True}, "tls": {"enabled": False}}
        with pytest.raises(ToolError, match="needs the External Secrets Operator"):
            full.render(values)

    def test_needs_a_store(self, tmp_path):
        source = {"provider": "externalSecrets"}
        (message,) = problems(tmp_path, COMPONENTS, secrets=SECRETS, secretsFrom=source)
        assert message.endswith("externalSecrets need the name of a store")

    @pytest.mark.parametrize(("days", "go"), [("2d", "48h"), ("90s", "90s"), ("30m", "1800s")])
    def test_writes_times_as_go_reads_them(self, tmp_path, days, go):
        source = {"provider": "externalSecrets", "store": "vault", "refresh": days}
        built = build(tmp_path, COMPONENTS, secrets=SECRETS, secretsFrom=source)
        spec = render(built).one("ExternalSecret", "mail")["spec"]
        assert spec["refreshInterval"] == go


class TestSealed:
    @pytest.fixture
    def sealed(self, tmp_path):
        source = {"provider": "sealedSecrets"}
        return build(tmp_path, COMPONENTS, secrets=SECRETS, secretsFrom=source)

    def test_holds_the_encrypted_data(self, sealed):
        objects = render(sealed, {"sealedSecrets": {"encryptedData": DATA}})
        secret = objects.one("SealedSecret", "app-secrets")
        assert secret["spec"]["encryptedData"] == DATA["app-secrets"]
        assert secret["spec"]["template"]["metadata"]["name"] == "app-secrets"

    def test_a_missing_key_is_named_with_the_command(self, sealed):
        data = {"app-secrets": DATA["app-secrets"], "mail": {}}
        with pytest.raises(ToolError) as caught:
            render(sealed, {"sealedSecrets": {"encryptedData": data}})
        assert "sealedSecrets.encryptedData.mail.token is missing" in caught.value.output
        assert "kubeseal --raw --name mail" in caught.value.output

    @pytest.mark.parametrize(
        "value",
        [
            "your-secret-key-change-in-production",
            "sk_live_your_stripe_secret_key",
            "SG.your_sendgrid_api_key",
            "a plain and rather long secret " * 5,
            "c2VjcmV0" * 20,  # base64 is no encryption
        ],
    )
    def test_refuses_what_is_not_encrypted(self, sealed, value):
        data = {**DATA, "mail": {"token": value}}
        with pytest.raises(ToolError, match="does not match pattern"):
            render(sealed, {"sealedSecrets": {"encryptedData": data}})

    def test_refuses_keys_that_nobody_reads(self, sealed):
        data = {**DATA, "mail": {"token": ENCRYPTED, "tokn": ENCRYPTED}}
        with pytest.raises(ToolError, match="tokn"):
            render(sealed, {"sealedSecrets": {"encryptedData": data}})

    def test_says_what_it_needs(self, sealed):
        with pytest.raises(ToolError, match="needs Sealed Secrets"):
            sealed.render({"sealedSecrets": {"encryptedData": DATA}})


def test_names_stay_whatever_the_release_is_called(full, tmp_path):
    """Sealed data is bound to its name, and all that read a Secret know it by its name."""
    for built, values, kind in (
        (full, {"externalSecrets": {"enabled": True}}, "ExternalSecret"),
        (
            build(tmp_path, COMPONENTS, secrets=SECRETS, secretsFrom={"provider": "sealedSecrets"}),
            {"sealedSecrets": {"encryptedData": DATA}},
            "SealedSecret",
        ),
    ):
        names = render(built, values, release="blue").names
        assert {f"{kind}/app-secrets", f"{kind}/mail"} <= names
    assert "one of them only may make these" in (full.path / "README.md").read_text()


def test_a_missing_key_is_sealed_for_the_name_that_it_has(tmp_path):
    components = {**COMPONENTS, "ledger": DATABASE}
    built = build(tmp_path, components, secretsFrom={"provider": "sealedSecrets"})
    with pytest.raises(ToolError) as caught:
        render(built, release="blue")
    assert "kubeseal --raw --name blue-ledger-tls --namespace shop" in caught.value.output


NOTES = {
    "provided": ({"externalSecrets": {"enabled": True}, "tls": {"enabled": True}}, ""),
    "own": (
        {"externalSecrets": {"enabled": False}, "tls": {"enabled": True}},
        "app-secrets, mail",
    ),
    "certificate": (
        {"externalSecrets": {"enabled": True}, "tls": {"enabled": False, "secretName": "edge"}},
        "edge",
    ),
    "plain": (
        {"externalSecrets": {"enabled": True}, "tls": {"enabled": False, "terminate": False}},
        "",
    ),
}


@pytest.mark.parametrize("case", NOTES)
def test_notes_name_the_secrets_that_must_exist(full, case, tmp_path):
    values, expected = NOTES[case]
    chart = tmp_path / "charts" / "shop"
    shutil.copytree(full.path, chart)
    lines = (chart / "templates" / "NOTES.txt").read_text().splitlines()
    text = "notes: |\n" + "\n".join(f"  {line}" for line in lines)
    (chart / "templates" / "notes.yaml").write_text(text)
    (one,) = (o for o in render(Built(helm=full.helm, path=chart), values).all if "notes" in o)
    notes = one["notes"]
    assert "Test it:" in notes
    found = notes.partition("Secrets that must exist, with the keys that the README lists:\n")[2]
    assert found.partition("\n")[0].strip() == expected
