"""Models that come from elsewhere: whole ones are candidates, hostile ones are refused and run nothing.

What is wrong with weights is tried in tests/inference/test_tryout.py; here one such model goes the whole way.
"""

import base64
import io
import json
import warnings
import zipfile

import pytest

import inference
from inference.bundle import seal_bundle
from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Invalid, NotAllowed, TooLarge
from webplatform.modelhub import bundle_archive
from webplatform.modelhub.bundle_archive import archive_chunks
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.services import register_bundle
from webplatform.modelhub.signatures import make_key, sign


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def admin(django_user_model, db):
    return django_user_model.objects.create_user("admin@example.org", "correct-horse-battery", is_staff=True)


@pytest.fixture
def shipped_files():
    return {file.name: file.read_bytes() for file in inference.SHIPPED_BUNDLE.iterdir()}


def import_unsigned(*, user, archive):
    """What is not signed is taken in here: these tests are about everything else."""
    return bundle_archive.import_archive(user=user, archive=archive, accepts_unsigned=True)


def archive_of(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return io.BytesIO(packed.getvalue())


def sealed(files, tmp_path):
    folder = tmp_path / "changed"
    folder.mkdir()
    for name, content in files.items():
        if name != "SHA256SUMS":
            (folder / name).write_bytes(content)
    seal_bundle(folder)
    return archive_of({file.name: file.read_bytes() for file in folder.iterdir()})


def nothing_is_left(tmp_path):
    home = tmp_path / "models"
    return not ModelVersion.objects.exists() and not (home.exists() and list(home.iterdir()))


def test_only_admins_bring_models_in(owner, shipped_files, tmp_path):
    with pytest.raises(NotAllowed):
        import_unsigned(user=owner, archive=archive_of(shipped_files))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_zip_is_refused(admin, content, tmp_path):
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=io.BytesIO(content))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/b", "..\\evil", ".hidden"])
def test_names_that_lead_elsewhere_are_refused(admin, shipped_files, name, tmp_path):
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=archive_of({**shipped_files, name: b"x"}))
    assert nothing_is_left(tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(admin, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target, target.open("big", "w", force_zip64=True) as big:
        for _ in range(201):
            big.write(bytes(2**20))
    with pytest.raises(TooLarge):
        import_unsigned(user=admin, archive=io.BytesIO(packed.getvalue()))
    assert nothing_is_left(tmp_path)


def test_a_changed_file_is_refused(admin, shipped_files, tmp_path):
    with pytest.raises(Invalid, match="checksum"):
        import_unsigned(user=admin, archive=archive_of({**shipped_files, "spec.json": b"{}"}))
    assert nothing_is_left(tmp_path)


def test_a_layer_that_carries_code_is_refused_and_never_run(admin, shipped_files, tmp_path):
    import keras

    trap = tmp_path / "trap"
    code = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    inputs = keras.Input((48, 48, 1))
    spring = keras.layers.Lambda(lambda x: (eval(code), x[:, 0, :7, 0])[1])
    model = keras.Model(inputs, spring(inputs))
    trap.unlink(missing_ok=True)  # building it ran it here, where it is ours
    model.save(tmp_path / "hostile.keras")
    archive = sealed({**shipped_files, "model.keras": (tmp_path / "hostile.keras").read_bytes()}, tmp_path)
    trap.unlink(missing_ok=True)
    with pytest.raises(Invalid, match="cannot score"):
        import_unsigned(user=admin, archive=archive)
    assert not trap.exists()
    assert nothing_is_left(tmp_path)


@pytest.fixture
def keys(settings):
    """A pair of keys; this server signs with the one and trusts the other."""
    private, public = make_key()
    settings.RAUT_BUNDLE_SIGNING_KEY, settings.RAUT_BUNDLE_TRUSTED_KEYS = private, [public]
    return private, public


def exported():
    version = register_bundle(path=inference.SHIPPED_BUNDLE)
    packed = b"".join(archive_chunks(version))
    version.delete()
    return packed


def files_of(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as source:
        return {name: source.read(name) for name in source.namelist()}


def test_what_goes_out_signed_by_a_trusted_key_comes_in_as_a_candidate_and_names_the_key(admin, keys, tmp_path):
    brought = bundle_archive.import_archive(user=admin, archive=io.BytesIO(exported()))
    assert (brought.state, len(brought.signed_by)) == ("candidate", 16)
    assert brought.digest == inference.read_bundle(inference.SHIPPED_BUNDLE).digest
    assert brought.folder.parent == tmp_path / "models"
    assert not (brought.folder / "SIGNATURE").exists()
    event = AuditEvent.objects.first()
    assert (event.action, event.details["key"]) == ("model.imported", brought.signed_by)


def test_what_nobody_signed_is_refused_unless_an_admin_accepts_it_which_is_noted(admin, tmp_path):
    packed = exported()
    with pytest.raises(Invalid, match="trusts"):
        bundle_archive.import_archive(user=admin, archive=io.BytesIO(packed))
    assert nothing_is_left(tmp_path)
    brought = import_unsigned(user=admin, archive=io.BytesIO(packed))
    event = AuditEvent.objects.first()
    assert (brought.signed_by, event.action, event.actor_id) == ("", "model.imported_unsigned", admin.pk)


def test_a_key_that_is_not_trusted_counts_as_none(admin, keys, settings, tmp_path):
    packed = exported()
    settings.RAUT_BUNDLE_TRUSTED_KEYS = [make_key()[1]]
    with pytest.raises(Invalid, match="trusts"):
        bundle_archive.import_archive(user=admin, archive=io.BytesIO(packed))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 900,
        b"x" * 2000,
        json.dumps({"algorithm": "ed25519", "key": "AAAA", "signature": "AAAA"}).encode(),
        json.dumps({"key": base64.b64encode(bytes(32)).decode(), "signature": "é"}).encode(),
    ],
    ids=range(7),
)
def test_a_wrong_signature_is_refused_whatever_an_admin_accepts(admin, shipped_files, signature, tmp_path):
    with pytest.raises(Invalid, match="signature"):
        import_unsigned(user=admin, archive=archive_of({**shipped_files, "SIGNATURE": signature}))
    assert nothing_is_left(tmp_path)


def test_a_signature_of_another_bundle_is_refused(admin, keys, shipped_files, tmp_path):
    moved = {**shipped_files, "SIGNATURE": sign(b"other checksums", keys[0])}
    with pytest.raises(Invalid, match="signature"):
        import_unsigned(user=admin, archive=archive_of(moved))
    assert nothing_is_left(tmp_path)


def test_a_signed_bundle_with_a_changed_file_is_refused(admin, keys, tmp_path):
    files = files_of(exported())
    with pytest.raises(Invalid, match="checksum"):
        bundle_archive.import_archive(user=admin, archive=archive_of({**files, "MODEL_CARD.md": b"better"}))
    assert nothing_is_left(tmp_path)


def _spec_with(files, **changes):
    return {**files, "spec.json": json.dumps({**json.loads(files["spec.json"]), **changes}).encode()}


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": "warm"}, {"input_size": True}, {"name": 7}, {"name": "n" * 5000}, {"version": "v" * 900},
        {"mirror": "yes"}, {"seed": None}, {"input_size": 10**9}, {"crop_margin": [0.1]}, {"created": {}},
    ],
    ids=str,
)  # fmt: skip
def test_a_spec_that_makes_no_sense_is_refused(admin, shipped_files, tmp_path, changes):
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=sealed(_spec_with(shipped_files, **changes), tmp_path))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize(
    "metrics",
    [b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999, "b": Infinity}', b'{"a": "x\\u0000y"}', b"\xff\xfe", b"[]"],
)
def test_metrics_that_no_database_takes_are_refused(admin, shipped_files, tmp_path, metrics):
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=sealed({**shipped_files, "metrics.json": metrics}, tmp_path))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("name", ["n" * 300, "spec.json"])
def test_names_that_no_disk_takes_are_refused(admin, shipped_files, tmp_path, name):
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as target:
        warnings.simplefilter("ignore")  # Python's own of a name that comes twice
        for each, content in [*shipped_files.items(), (name, b"x")]:
            target.writestr(each, content)
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=io.BytesIO(packed.getvalue()))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize(("at", "value"), [(8, 99), (6, 1), (6, 0x40)])
def test_entries_of_an_unknown_kind_are_refused(admin, shipped_files, tmp_path, at, value):
    """The way an entry is packed (8), or that it is encrypted or patched (6), in both of its headers."""
    content = bytearray(archive_of(shipped_files).getvalue())
    content[at] = value
    central = content.index(b"PK\x01\x02")
    content[central + at + 2] = value
    with pytest.raises(Invalid):
        import_unsigned(user=admin, archive=io.BytesIO(bytes(content)))
    assert nothing_is_left(tmp_path)
