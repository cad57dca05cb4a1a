from pathlib import Path

import pytest

from settings import Settings
from stack import passwords
from stack.catalogue import SERVICES
from stack.service import Service, Site, host_and_port
from stack.stack import USUAL_PORTS

PASSWORDS = {name: f"{name}-secret" for name in passwords.NAMES}


@pytest.fixture(params=SERVICES.values(), ids=list(SERVICES))
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    made: Service = request.param(Site(tmp_path, USUAL_PORTS, PASSWORDS))
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    site = Site(tmp_path, USUAL_PORTS, PASSWORDS)
    addresses = [cls(site).addresses().items() for cls in SERVICES.values()]
    return Settings.model_validate({field: value for items in addresses for field, value in items})


def test_each_address_is_a_setting_on_loopback(service: Service, settings: Settings) -> None:
    assert set(service.fields) <= set(service.addresses()) <= set(Settings.model_fields)
    assert service.address(settings) == f"127.0.0.1:{service.usual_ports[service.name]}"


def test_no_password_stands_on_a_command_line(service: Service) -> None:
    command = " ".join(map(str, service.command()))

    assert not [password for password in PASSWORDS.values() if password in command]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("127.0.0.1:9092", "127.0.0.1:9092"),
        ("http://connect:8083", "connect:8083"),
        ("redis://writer:secret@redis:6379/0", "redis:6379"),
        ("postgresql://owner:p%40ss@db:5432/erp_db", "db:5432"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert host_and_port(url) == shown
