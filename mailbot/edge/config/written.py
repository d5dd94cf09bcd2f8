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
    """How access tokens are had instead of a password (docs/oauth2.md). `expires` is the last day of the client
    secret."""

    kind: Literal["google", "microsoft365"] | None = None
    tenant: Name | None = None
    token_url: str | None = None
    grant: Literal["refresh_token", "client_credentials"] = "refresh_token"
    client_id: str = Field(min_length=1)
    client_secret_file: Path | None = None
    client_secret_env: str | None = None
    client_secret_credential: Name | None = None
    refresh_token_file: Path | None = None
    refresh_token_env: str | None = None
    refresh_token_credential: Name | None = None
    scope: str | None = None
    mechanism: Mechanism | None = None
    expires: date | None = None
    ca: Path | None = None

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
    """One server as written: at most one of the ways to give a password, or a table `oauth2`. `expires` is the last day
    of the password."""

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security = "tls"
    user: str = ""
    password: str | None = Field(default=None, repr=False)
    password_file: Path | None = None
    password_env: str | None = None
    password_credential: Name | None = None
    oauth2: OAuth2 | None = None
    expires: date | None = None
    ca: Path | None = None
    timeout: float = Field(default=30.0, gt=0, le=600)

    @model_validator(mode="after")
    def _one_login(self) -> "Server":
        given = [name for name in (*PASSWORDS, "oauth2") if getattr(self, name) is not None]
        _one_at_most(given)
        if self.user and not given:
            ways = "password_file, password_env, password_credential or password, or a table oauth2"
            raise ValueError(f"wanted: {ways}, since a user is given")
        if self.oauth2 is not None and not self.user:
            raise ValueError("wanted: user, the address of the mailbox, beside oauth2")
        if self.expires is not None and (self.oauth2 is not None or not given):
            raise ValueError("wanted: expires beside a password, whose last day it is; of a client secret, in oauth2")
        return self
