"""docker-compose.yml and the Dockerfile, read as they are: every command must be one that exists."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class
from uvicorn.middleware.proxy_headers import _TrustedHosts

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
ONE = {"db", "redis", "prepare", "web", "worker", "housekeeper", "trainer", "beat"}
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def manage(words: list[str]) -> None:
    """Parse the words after `python manage.py` as Django would."""
    assert words[:2] == ["python", "manage.py"]
    command = load_command_class(get_commands()[words[2]], words[2])
    said = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in words[3:]]
    command.create_parser("manage.py", words[2]).parse_args(said)


def running(*profiles: str) -> set[str]:
    """The services that `docker compose up` starts under these profiles."""
    return {name for name, service in SERVICES.items() if set(service["profiles"]) & set(profiles)}


def test_one_machine_runs_every_part_of_the_platform():
    assert running("one") == ONE
    assert running("data", "web", "work", "train") == ONE  # the same in parts


def test_the_example_runs_one_machine():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^COMPOSE_PROFILES=(.*)$", text, re.MULTILINE) == ["one"]


def test_of_several_machines_one_has_the_database_and_the_beat():
    assert running("data") == {"db", "redis", "prepare", "housekeeper", "beat"}
    assert running("web") == {"prepare", "web"}
    assert running("work") == {"prepare", "worker"}
    assert running("train") == {"prepare", "trainer"}
    assert running("proxy") == {"nginx"}


def test_a_machine_with_a_gpu_runs_worker_and_trainer_on_it():
    assert running("gpu") == {"prepare", "worker-gpu", "trainer-gpu"}
    for name in running("gpu") - {"prepare"}:
        (device,) = SERVICES[name]["deploy"]["resources"]["reservations"]["devices"]
        assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
        assert (SERVICES[name]["build"]["args"], SERVICES[name]["image"]) == ({"GPU": "1"}, "raut-gpu")
    assert SERVICES["worker-gpu"]["environment"]["RAUT_BACKEND"] == "tensorflow"
    assert "ARG GPU=0" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "profile", sorted({profile for service in SERVICES.values() for profile in service["profiles"]})
)
def test_what_a_machine_does_not_run_it_does_not_wait_for(profile: str):
    for name in running(profile):
        for needed, how in SERVICES[name].get("depends_on", {}).items():
            assert needed in running(profile) or how["required"] is False, f"{name} waits for {needed}"


def test_machines_without_the_database_are_told_where_it_is():
    stated = COMPOSE["x-app"]["environment"]
    assert "@${RAUT_DATABASE_HOST:-db}:5432/" in stated["DATABASE_URL"]
    assert "@${RAUT_REDIS_HOST:-redis}:6379/" in stated["REDIS_URL"]


def test_a_web_process_has_time_to_end():
    seconds = int(SERVICES["web"]["stop_grace_period"].rstrip("s"))
    assert seconds > 2 * settings.RAUT_WEB_GRACE_SECONDS


def test_the_proxy_runs_the_shipped_configuration():
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["nginx"]["volumes"][:2])
    for here, there in mounted.items():
        assert (ROOT / here).exists()
        assert there.startswith("/etc/nginx/")
    included = re.findall(r"include (\S+);", (ROOT / "deploy/nginx/raut.conf").read_text(encoding="utf-8"))
    assert [path for path in included if not (ROOT / "deploy/nginx" / path).exists()] == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_command_of_a_service_is_a_real_command(name: str):
    manage(OURS[name]["command"])


@pytest.mark.parametrize("name", sorted(set(OURS) - {"prepare"}))
def test_the_health_check_of_a_service_asks_for_that_service(name: str):
    words = OURS[name]["healthcheck"]["test"]
    manage(words[1:])
    assert (words[0], words[-1]) == ("CMD", name.removesuffix("-gpu"))


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
    assert volumes == ["${RAUT_DATA_VOLUME:-data}:/data", "${RAUT_KEYS_VOLUME:-keys}:/keys"]


def documented() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", text.split("# -- docker compose only")[0], re.MULTILINE))


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_of_the_example_reaches_the_containers(name: str):
    """By the file itself; what compose states besides is either the same variable or belongs to containers."""
    assert OURS[name]["env_file"] == ".env"
    stated = {key: str(value) for key, value in OURS[name]["environment"].items()}
    of_containers = {"RAUT_PRODUCTION", "RAUT_DATA_DIR", "RAUT_KEYS_DIR", "RAUT_LEDGER", "RAUT_ENV_FILE"}
    of_containers |= {"DATABASE_URL", "REDIS_URL", "RAUT_BACKEND"}
    replaced = {key for key in documented() & set(stated) if not stated[key].startswith(f"${{{key}:?")}
    assert replaced <= of_containers
    assert {"RAUT_TWO_PERSON_PROMOTION", "OIDC_SERVER_URL", "RAUT_RATE_SIGNUP", "EMAIL_URL"} <= documented() - replaced


def test_no_default_of_compose_takes_the_place_of_the_settings_own():
    stated = COMPOSE["x-app"]["environment"]
    places = {"RAUT_LEDGER", "FORWARDED_ALLOW_IPS", "DATABASE_URL", "REDIS_URL"}
    assert {key for key, value in stated.items() if ":-" in str(value)} == places


def test_visitors_keep_their_own_addresses_behind_the_proxy():
    believed = re.search(r":-(.+)}", COMPOSE["x-app"]["environment"]["FORWARDED_ALLOW_IPS"]).group(1)
    subnet = re.search(r":-(.+)}", COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]).group(1)
    gateway = str(next(ipaddress.ip_network(subnet).hosts()))
    hosts = _TrustedHosts(believed)
    assert gateway in hosts
    assert hosts.get_trusted_client_address("203.0.113.7")[0] == "203.0.113.7"
    assert "203.0.113.7" not in hosts


def test_nothing_is_reachable_from_other_machines_unless_it_is_said():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(ports) == ["db", "redis", "web"]
    assert all(re.match(r"\$\{\w+_BIND:-127\.0\.0\.1\}:", port) for (port,) in ports.values())


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
