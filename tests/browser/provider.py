"""An OpenID Connect provider that signs everyone in at once."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from stack.ports import HOST

CLIENT = "page"
KEY = RSAKey.generate_key(2048, {"kid": "1"})


class Provider(BaseHTTPRequestHandler):
    """Answers as the standard says."""

    nonce = ""
    """Of the last who asked to be signed in: their token has to bear it."""

    @property
    def issuer(self) -> str:
        return f"http://{self.headers['Host']}"

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path == "/authorize":
            self.authorize({name: values[0] for name, values in parse_qs(query).items()})
        elif path == "/keys":
            self.answer({"keys": [KEY.as_dict(private=False)]})
        else:
            self.answer(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def authorize(self, asked: dict[str, str]) -> None:
        """Send who asks back, with a code."""
        Provider.nonce = asked["nonce"]
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': '1', 'state': asked['state']})}")
        self.end_headers()

    def do_POST(self) -> None:
        """Give the token for the code."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "ada", "iat": now, "exp": now + 600, "nonce": self.nonce}
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY)
        self.answer({"access_token": "1", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def answer(self, document: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def provider() -> Iterator[str]:
    """Have a provider within a ``with`` block, and return its address."""
    with ThreadingHTTPServer((HOST, 0), Provider) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_address[1]}"
        server.shutdown()
