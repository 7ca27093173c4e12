"""The municipality's identity provider (OpenID Connect), from the environment. SEC-04."""

from typing import Any

from config import env

PROVIDER_ID = "kommunen"
"""Part of the address that the provider is given: /konto/kommun/kommunen/svar/."""


def providers() -> dict[str, Any]:
    """What allauth has to know; nothing when no issuer is set. Raises ImproperlyConfigured."""
    issuer = env.text("KUNDVAL_OIDC_ISSUER", "")
    if not issuer:
        return {}
    app = {
        "provider_id": PROVIDER_ID,
        "name": env.text("KUNDVAL_OIDC_NAME", "Kommunens inloggning"),
        "client_id": env.text("KUNDVAL_OIDC_CLIENT_ID"),
        "secret": env.text("KUNDVAL_OIDC_SECRET"),
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
