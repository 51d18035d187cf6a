"""docker-compose.yml and the Dockerfile, read as they are: every command must be one that exists."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from uvicorn.middleware.proxy_headers import _TrustedHosts

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def manage(words: list[str]) -> None:
    """Parse the words after `python manage.py` as Django would."""
    assert words[:2] == ["python", "manage.py"]
    command = load_command_class(get_commands()[words[2]], words[2])
    command.create_parser("manage.py", words[2]).parse_args(words[3:])


def test_every_part_of_the_platform_is_a_service():
    assert set(SERVICES) == {"db", "redis", "prepare", "web", "worker", "housekeeper", "trainer", "beat"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_command_of_a_service_is_a_real_command(name: str):
    manage(OURS[name]["command"])


@pytest.mark.parametrize("name", sorted(set(OURS) - {"prepare"}))
def test_the_health_check_of_a_service_asks_for_that_service(name: str):
    words = OURS[name]["healthcheck"]["test"]
    manage(words[1:])
    assert (words[0], words[-1]) == ("CMD", name)


@pytest.mark.parametrize("name", ["db", "redis"])
def test_the_services_of_others_have_health_checks(name: str):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(set(OURS) - {"prepare"}))
def test_a_service_starts_after_what_it_needs(name: str):
    assert set(OURS[name]["depends_on"]) == {"db", "redis", "prepare"}


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = re.findall(r"\$\{((?:\w*PASSWORD|SECRET_KEY|RAUT_MEDIA_KEYS)[^}]*)\}", text)
    assert len(secrets) >= 5
    assert [secret for secret in secrets if ":?" not in secret] == []


def test_what_is_kept_lies_in_volumes():
    assert set(COMPOSE["volumes"]) == {"db", "data", "keys"}


def test_keys_lie_apart_from_what_they_open():
    environment, volumes = COMPOSE["x-app"]["environment"], COMPOSE["x-app"]["volumes"]
    assert environment["RAUT_KEYS_DIR"] == "/keys"
    assert volumes == ["data:/data", "keys:/keys"]


def documented() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", text.split("# -- docker compose only")[0], re.MULTILINE))


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_of_the_example_reaches_the_containers(name: str):
    """By the file itself; what compose states besides is either the same variable or belongs to containers."""
    assert OURS[name]["env_file"] == ".env"
    stated = {key: str(value) for key, value in OURS[name]["environment"].items()}
    of_containers = {"RAUT_PRODUCTION", "RAUT_DATA_DIR", "RAUT_KEYS_DIR", "RAUT_LEDGER", "RAUT_ENV_FILE"}
    of_containers |= {"DATABASE_URL", "REDIS_URL"}
    replaced = {key for key in documented() & set(stated) if not stated[key].startswith(f"${{{key}:?")}
    assert replaced <= of_containers
    assert {"RAUT_TWO_PERSON_PROMOTION", "OIDC_SERVER_URL", "RAUT_RATE_SIGNUP", "EMAIL_URL"} <= documented() - replaced


def test_no_default_of_compose_takes_the_place_of_the_settings_own():
    stated = COMPOSE["x-app"]["environment"]
    assert {key for key, value in stated.items() if ":-" in str(value)} == {"RAUT_LEDGER", "FORWARDED_ALLOW_IPS"}


def test_visitors_keep_their_own_addresses_behind_the_proxy():
    believed = re.search(r":-(.+)}", COMPOSE["x-app"]["environment"]["FORWARDED_ALLOW_IPS"]).group(1)
    subnet = re.search(r":-(.+)}", COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]).group(1)
    gateway = str(next(ipaddress.ip_network(subnet).hosts()))
    hosts = _TrustedHosts(believed)
    assert gateway in hosts
    assert hosts.get_trusted_client_address("203.0.113.7")[0] == "203.0.113.7"
    assert "203.0.113.7" not in hosts


def test_only_the_web_server_is_reachable_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(ports) == ["web"]
    assert ports["web"][0].startswith("127.0.0.1:")


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER raut") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_the_image_copies_what_exists():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_starts_and_checks_itself_by_real_commands():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for words in re.findall(r"CMD (\[.+\])$", text, re.MULTILINE):
        manage(yaml.safe_load(words))
