"""Models that come from elsewhere: whole ones are candidates, hostile ones are refused and run nothing."""

import io
import zipfile

import pytest

import inference
from inference.bundle import seal_bundle
from webplatform.common.errors import Invalid, NotAllowed, TooLarge
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.parcels import import_parcel, parcel_pieces
from webplatform.modelhub.services import register_bundle


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def admin(django_user_model, db):
    return django_user_model.objects.create_user("admin@example.org", "correct-horse-battery", is_staff=True)


@pytest.fixture
def shipped_files():
    return {file.name: file.read_bytes() for file in inference.SHIPPED_BUNDLE.iterdir()}


def parcel_of(files):
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
    return parcel_of({file.name: file.read_bytes() for file in folder.iterdir()})


def nothing_is_left(tmp_path):
    home = tmp_path / "models"
    return not ModelVersion.objects.exists() and not (home.exists() and list(home.iterdir()))


def test_what_goes_out_comes_in_again_as_a_candidate(admin, tmp_path):
    version = register_bundle(path=inference.SHIPPED_BUNDLE)
    parcel = io.BytesIO(b"".join(parcel_pieces(version)))
    version.delete()
    brought = import_parcel(user=admin, parcel=parcel)
    assert brought.state == "candidate"
    assert brought.digest == inference.read_bundle(inference.SHIPPED_BUNDLE).digest
    assert brought.folder.parent == tmp_path / "models"


def test_only_admins_bring_models_in(owner, shipped_files, tmp_path):
    with pytest.raises(NotAllowed):
        import_parcel(user=owner, parcel=parcel_of(shipped_files))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_zip_is_refused(admin, content, tmp_path):
    with pytest.raises(Invalid):
        import_parcel(user=admin, parcel=io.BytesIO(content))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/b", "..\\evil", ".hidden"])
def test_names_that_lead_elsewhere_are_refused(admin, shipped_files, name, tmp_path):
    with pytest.raises(Invalid):
        import_parcel(user=admin, parcel=parcel_of({**shipped_files, name: b"x"}))
    assert nothing_is_left(tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(admin, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target, target.open("big", "w", force_zip64=True) as big:
        for _ in range(300):
            big.write(bytes(2**20))
    with pytest.raises(TooLarge):
        import_parcel(user=admin, parcel=io.BytesIO(packed.getvalue()))
    assert nothing_is_left(tmp_path)


def test_a_changed_file_is_refused(admin, shipped_files, tmp_path):
    with pytest.raises(Invalid, match="checksum"):
        import_parcel(user=admin, parcel=parcel_of({**shipped_files, "spec.json": b"{}"}))
    assert nothing_is_left(tmp_path)


def test_weights_that_are_rubbish_are_refused_although_the_checksums_hold(admin, shipped_files, tmp_path):
    for name in ("model.tflite", "model.keras"):
        parcel = sealed({**shipped_files, name: b"rubbish" * 100}, tmp_path)
        with pytest.raises(Invalid, match="cannot score"):
            import_parcel(user=admin, parcel=parcel)
        assert nothing_is_left(tmp_path)
        for file in (tmp_path / "changed").iterdir():
            file.unlink()
        (tmp_path / "changed").rmdir()


def test_a_layer_that_carries_code_is_refused_and_never_run(admin, shipped_files, tmp_path):
    import keras

    trap = tmp_path / "trap"
    code = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    inputs = keras.Input((48, 48, 1))
    spring = keras.layers.Lambda(lambda x: (eval(code), x[:, 0, :7, 0])[1])
    model = keras.Model(inputs, spring(inputs))
    trap.unlink(missing_ok=True)  # building it ran it here, where it is ours
    model.save(tmp_path / "hostile.keras")
    parcel = sealed({**shipped_files, "model.keras": (tmp_path / "hostile.keras").read_bytes()}, tmp_path)
    trap.unlink(missing_ok=True)
    with pytest.raises(Invalid, match="cannot score"):
        import_parcel(user=admin, parcel=parcel)
    assert not trap.exists()
    assert nothing_is_left(tmp_path)
