"""Where webhooks may go."""

from ipaddress import ip_address

import pytest

from churn_pipeline.access.webhooks.addresses import AddressRefused, checked_url, is_public, pinned_address
from churn_pipeline.core.errors import BadInput


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "fd00:ec2::254"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1"),
    ],
)
def test_addresses_that_are_not_on_the_internet(address: str):
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused, match="leads into a private network"):
        pinned_address("shop.example.com", 443, False, lambda host, port: ["93.184.216.34", address])
    assert pinned_address("shop.example.com", 443, True, lambda host, port: [address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_that_are(address: str):
    assert is_public(ip_address(address))
    assert pinned_address("shop.example.com", 443, False, lambda host, port: [address])


def test_a_host_without_address_is_refused():
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(AddressRefused, match="has no address"):
        pinned_address("nowhere.invalid", 443, False, unknown)
    with pytest.raises(AddressRefused, match="has no address"):
        pinned_address("nowhere.invalid", 443, False, lambda host, port: [])


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://shop.example.com/",
            "ftp://shop.example.com/",
            "file:///etc/passwd",
            "shop.example.com",
            "",
        ),
        *("https://", "https:///path", "https://user:pw@shop.example.com/", "https://shop.example.com/#x"),
        *(
            "https://shop.example.com:0/",
            "https://shop.example.com:99999/",
            "https://a b/",
            "https://x/\r\nHost: y",
        ),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest/"),
        "https://shop.example.com/" + "x" * 2000,
    ],
)
def test_urls_that_are_refused(url: str):
    with pytest.raises(BadInput):
        checked_url(url, allow_private=False)


def test_urls_that_are_taken():
    assert checked_url("https://shop.example.com:8443/hook?x=1", False)
    assert checked_url("http://127.0.0.1:9000/hook", True)
    with pytest.raises(BadInput, match="begins with https://"):
        checked_url("ftp://127.0.0.1/", True)


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "printer.local", "db.internal", "shop"])
def test_names_that_only_lead_inside_are_refused(host: str):
    with pytest.raises(BadInput, match="private network"):
        checked_url(f"https://{host}/hook", allow_private=False)
    assert checked_url(f"https://{host}/hook", allow_private=True)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "0177.0.0.1"])
def test_addresses_in_other_forms_are_refused(host: str):
    with pytest.raises(BadInput, match="private network"):
        checked_url(f"https://{host}/hook", allow_private=False)
