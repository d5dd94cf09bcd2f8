"""The servers of mailbot.toml as an operator writes them, and what cannot stand side by side.
It reads no secret and knows no default that depends on a provider."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mailbot.edge.account import Mechanism, Security

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$", max_length=128)]
"""A name that is no path; nor is it only dots."""
PASSWORDS = ("password", "password_file", "password_env", "password_credential")
"""The ways to give a password."""


class Settings(BaseModel):
    """What every table of the settings has in common: no key that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _one_at_most(given: list[str]) -> None:
    if len(given) > 1:
        raise ValueError(f"wanted: one of {', '.join(given)}, not several")


class OAuth2(Settings):
    """How access tokens are had instead of a password (docs/oauth2.md); each secret at most one way."""

    kind: Literal["google", "microsoft365"] | None = None
    """the provider, whose addresses and scopes are known"""
    tenant: Name | None = None
    """microsoft365: the directory (tenant) ID"""
    token_url: str | None = None
    """where tokens are had, for other providers"""
    grant: Literal["refresh_token", "client_credentials"] = "refresh_token"
    """how they are had; google needs `refresh_token`"""
    client_id: str = Field(min_length=1)
    """the application's ID"""
    client_secret_file: Path | None = None
    """the file that holds the application's secret"""
    client_secret_env: str | None = None
    """the environment variable that holds it"""
    client_secret_credential: Name | None = None
    """the credential of the service manager that holds it"""
    refresh_token_file: Path | None = None
    """the file that holds the refresh token; written anew when the provider replaces it"""
    refresh_token_env: str | None = None
    """the environment variable that holds it"""
    refresh_token_credential: Name | None = None
    """the credential of the service manager that holds it"""
    scope: str | None = None
    """what is asked for, for other providers"""
    mechanism: Mechanism | None = None
    """how the token is shown to the server; without it as the provider wants it, else OAUTHBEARER"""
    expires: date | None = None
    """the last day of the client secret: said 30 days before"""
    ca: Path | None = None
    """certificates (PEM) to trust for `token_url`"""

    @model_validator(mode="after")
    def _fits(self) -> "OAuth2":
        secret, refresh = self._given("client_secret"), self._given("refresh_token")
        _one_at_most(secret)
        _one_at_most(refresh)
        wrong = (
            (self.kind is None and self.token_url is None, 'kind = "google" or "microsoft365", or a token_url'),
            (
                self.kind == "microsoft365" and self.tenant is None and self.token_url is None,
                "tenant, the directory (tenant) ID that Microsoft shows, for microsoft365",
            ),
            (self.tenant is not None and self.kind != "microsoft365", "tenant for microsoft365 alone"),
            (
                self.kind == "google" and self.grant == "client_credentials",
                'grant = "refresh_token": Google gives no access to a mailbox for client credentials',
            ),
            (
                self.grant == "refresh_token" and not refresh,
                "refresh_token_file, refresh_token_env or refresh_token_credential",
            ),
            (self.grant == "client_credentials" and bool(refresh), "no refresh token for client_credentials"),
            (
                self.grant == "client_credentials" and not secret,
                "client_secret_file, client_secret_env or client_secret_credential for client_credentials",
            ),
            (self.expires is not None and not secret, "expires beside a client secret, whose last day it is"),
        )
        for holds, wanted in wrong:
            if holds:
                raise ValueError(f"wanted: {wanted}")
        return self

    def _given(self, name: str) -> list[str]:
        keys = [f"{name}_{way}" for way in ("file", "env", "credential")]
        return [key for key in keys if getattr(self, key) is not None]


class Server(Settings):
    """A server: at most one of the ways to give a password, or a table `oauth2`."""

    host: str = Field(min_length=1)
    """the server's name or address"""
    port: int | None = Field(default=None, ge=1, le=65535)
    """without it the usual one: IMAP 993 (tls), 143; SMTP 465 (tls), 587 (starttls), 25 (none)"""
    security: Security = "tls"
    """TLS from the first byte, STARTTLS (never less), or clear text, for a server on this machine alone"""
    user: str = ""
    """who logs in; empty: nobody, as some relays want it"""
    password: str | None = Field(default=None, repr=False)
    """the password itself; then only its user may read this file"""
    password_file: Path | None = None
    """the file that holds the password, which only the service's user may read; outside `state`, as every secret"""
    password_env: str | None = None
    """the environment variable that holds it"""
    password_credential: Name | None = None
    """the credential of the service manager that holds it (`LoadCredential=` of systemd)"""
    oauth2: OAuth2 | None = None
    """access tokens instead of a password: a table of its own, below"""
    expires: date | None = None
    """the last day of the password: said 30 days before"""
    ca: Path | None = None
    """certificates (PEM) to trust, where the server's is not one that the system trusts"""
    timeout: float = Field(default=30.0, gt=0, le=600)
    """seconds to wait for an answer"""

    @model_validator(mode="after")
    def _one_login(self) -> "Server":
        given = [name for name in (*PASSWORDS, "oauth2") if getattr(self, name) is not None]
        _one_at_most(given)
        if self.user and not given:
            ways = "password_file, password_env, password_credential or password, or a table oauth2"
            raise ValueError(f"wanted: {ways}, since a user is given")
        if self.oauth2 is not None and not self.user:
            raise ValueError("wanted: user, the address of the mailbox, beside oauth2")
        if given and not self.user:
            raise ValueError("wanted: user, beside a password: without one nobody logs in")
        if self.expires is not None and (self.oauth2 is not None or not given):
            raise ValueError("wanted: expires beside a password, whose last day it is; of a client secret, in oauth2")
        return self
