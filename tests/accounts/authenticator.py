"""A passkey in software: answers what a browser would, or what somebody made up instead."""

import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
NONE = FLAG(0)
ORIGIN = "http://localhost"


class Passkey:
    """One credential with its private key; `counter` is what it counts to at its next use."""

    def __init__(self, name: bytes = b"minh's desk", *, counter: int = 1) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name, self.counter, self.handle = name, counter, b""

    def make(self, options: str, **said: Any) -> str:
        """Answer a registration."""
        asked = json.loads(options)
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid(b"\0" * 16), self.name, public)
        data = self._data(asked["rp"]["id"], said, credential, FLAG.AT)
        client = self._client("webauthn.create", asked["challenge"], said)
        attested = AttestationObject.create("none", data, {})
        return self._answer(client, attestationObject=websafe_encode(attested))

    def prove(self, options: str, **said: Any) -> str:
        """Answer a sign-in."""
        asked = json.loads(options)
        data = self._data(asked["rpId"], said)
        client = self._client("webauthn.get", asked["challenge"], said)
        key = said.get("signed_by", self.key)
        signature = key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            client,
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            **({"userHandle": websafe_encode(self.handle)} if self.handle else {}),
        )

    def _data(self, rp_id, said, credential=b"", flag=NONE) -> AuthenticatorData:
        flags = FLAG.UP | flag | (NONE if said.get("unverified") else FLAG.UV)
        site = sha256(said.get("rp_id", rp_id).encode()).digest()
        counter = said.get("counter", self.counter)
        self.counter += 1
        return AuthenticatorData.create(site, flags, counter, credential)

    def _client(self, kind: str, challenge: str, said: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(
            said.get("kind", kind), said.get("challenge", challenge), said.get("origin", ORIGIN)
        )

    def _answer(self, client: CollectedClientData, **response: str) -> str:
        name = websafe_encode(self.name)
        response["clientDataJSON"] = websafe_encode(client)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
