"""A mail server that takes letters over TLS only, from whoever has the password, and tells what it got.

Argument: JSON with `tls` ("implicit" or "starttls"), `certificate`, `key`, `user`, `password`, and `unknown`, the
readers that it does not know. It prints its port, then each letter as a line of JSON, until its input ends.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Sink:
    def __init__(self, unknown):
        self.unknown = unknown

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.unknown:
            return "550 5.1.1 no such reader"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": session.auth_data and session.auth_data.login.decode(),
            "tls": server.transport.get_extra_info("ssl_object").version(),
            "head": {name.lower(): str(value) for name, value in letter.items()},
            "text": letter.get_content(),
            "parts": sum(1 for _ in letter.walk()),
        }
        print(json.dumps(told), flush=True)
        return "250 OK"


async def main():
    asked = json.loads(sys.argv[1])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(asked["certificate"], asked["key"])

    def authenticate(server, session, envelope, mechanism, data):
        right = LoginPassword(asked["user"].encode(), asked["password"].encode())
        # Not handled: the refusal is the server's to say.
        return AuthResult(success=data == right, handled=False, auth_data=data)

    implicit = asked["tls"] == "implicit"
    sink = Sink(asked["unknown"])

    def protocol():
        # What aiosmtpd sees of TLS is only what STARTTLS has begun; here there is none without it.
        return SMTP(
            sink,
            tls_context=None if implicit else context,
            require_starttls=not implicit,
            authenticator=authenticate,
            auth_required=True,
            auth_require_tls=not implicit,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        protocol, "127.0.0.1", 0, ssl=context if implicit else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
