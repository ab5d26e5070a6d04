"""Real small wheels and sdists, made in memory: the same arguments give the same bytes.

pip and uv can install them without any other index: a wheel is complete, a sdist brings its own
build backend and needs nothing to be built.
"""

import base64
import gzip
import hashlib
import io
import random
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

_EPOCH = (1980, 1, 1, 0, 0, 0)

_BACKEND = '''\
"""A build backend that needs nothing: it packs what lies beside it."""
import base64, hashlib, pathlib, zipfile

HERE = pathlib.Path(__file__).parent


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name, version, module = (HERE / "IDENTITY").read_text().split()
    info = f"{name}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": (HERE / module / "__init__.py").read_bytes(),
        f"{info}/METADATA": (HERE / "PKG-INFO").read_bytes(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\\nGenerator: own\\n"
        b"Root-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    record = []
    for path, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(body)}")
    record.append(f"{info}/RECORD,,")
    files[f"{info}/RECORD"] = ("\\n".join(record) + "\\n").encode()
    filename = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / filename, "w") as archive:
        for path, body in files.items():
            archive.writestr(path, body)
    return filename
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """One file of a release, whole."""

    project: str
    version: str
    filename: str
    body: bytes
    #: METADATA of a wheel, PKG-INFO of a sdist.
    metadata: bytes
    requires_python: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def metadata_sha256(self) -> str:
        return hashlib.sha256(self.metadata).hexdigest()


def wheel(
    name: str,
    version: str = "1.0",
    *,
    requires_python: str | None = None,
    dependencies: Sequence[str] = (),
    payload: int = 0,
    tag: str = "py3-none-any",
    build: str = "",
    salt: str = "",
    license_expression: str | None = None,
) -> MadeFile:
    """A wheel with one module; `payload` random bytes more, `salt` makes other bytes of it."""
    stem = _stem(name)
    info = f"{stem}-{version}.dist-info"
    metadata = core_metadata(name, version, requires_python, dependencies, license_expression)
    files = {f"{stem.lower()}/__init__.py": _module(version, salt)}
    if payload:
        noise = random.Random(f"{name} {version} {salt}").randbytes(payload)
        files[f"{stem.lower()}/payload.bin"] = noise
    files[f"{info}/METADATA"] = metadata
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: functest\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    middle = f"-{build}" if build else ""
    return MadeFile(
        project=name,
        version=version,
        filename=f"{stem}-{version}{middle}-{tag}.whl",
        body=_zip(files),
        metadata=metadata,
        requires_python=requires_python,
    )


def sdist(
    name: str,
    version: str = "1.0",
    *,
    requires_python: str | None = None,
    dependencies: Sequence[str] = (),
    payload: int = 0,
    salt: str = "",
) -> MadeFile:
    """A source distribution that builds without fetching anything."""
    stem = _stem(name).lower()
    metadata = core_metadata(name, version, requires_python, dependencies)
    root = f"{stem}-{version}"
    files = {
        f"{root}/PKG-INFO": metadata,
        f"{root}/pyproject.toml": (
            b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        ),
        f"{root}/backend.py": _BACKEND.encode(),
        f"{root}/IDENTITY": f"{stem} {version} {stem}\n".encode(),
        f"{root}/{stem}/__init__.py": _module(version, salt),
    }
    if payload:
        noise = random.Random(f"{name} {version} {salt}").randbytes(payload)
        files[f"{root}/payload.bin"] = noise
    return MadeFile(
        project=name,
        version=version,
        filename=f"{root}.tar.gz",
        body=_tar_gz(files),
        metadata=metadata,
        requires_python=requires_python,
    )


def core_metadata(
    name: str,
    version: str,
    requires_python: str | None = None,
    dependencies: Sequence[str] = (),
    license_expression: str | None = None,
) -> bytes:
    """The METADATA (PKG-INFO) of a project."""
    form = "2.4" if license_expression else "2.2"
    lines = [f"Metadata-Version: {form}", f"Name: {name}", f"Version: {version}"]
    lines.append(f"Summary: {name} for tests")
    if license_expression:
        lines.append(f"License-Expression: {license_expression}")
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in dependencies]
    return ("\n".join(lines) + f"\n\nThe description of {name}.\n").encode()


def _stem(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")


def _module(version: str, salt: str) -> bytes:
    return f'__version__ = "{version}"\nsalt = "{salt}"\n'.encode()


def _record(files: dict[str, bytes], own_path: str) -> bytes:
    lines = []
    for path, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(body)}")
    return ("\n".join([*lines, f"{own_path},,"]) + "\n").encode()


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in files.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return buffer.getvalue()


def _tar_gz(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, body in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(body)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(body))
    return gzip.compress(buffer.getvalue(), mtime=0)
