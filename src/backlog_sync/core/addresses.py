"""Addresses of servers: the public API, and hosts that can only be this machine."""

from ipaddress import ip_address

PUBLIC_API = "https://api.github.com"


def is_loopback(host: str) -> bool:
    """Return whether a host name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
