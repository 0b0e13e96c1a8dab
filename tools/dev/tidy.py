#!/usr/bin/env python3
"""tidy.py FILE...: clang-tidy over those of the files that build/ compiles, as many at once as there are cores.

Headers are looked at through the files that include them (HeaderFilterRegex of .clang-tidy). The static analyzer goes
through calls as deep as it likes, but for files that see MLIR: there three quarters of its time go into MLIR's inline
functions, and it looks at each of our functions by itself.

A file that was clean is not looked at again until something that it is judged by changes: itself, a header that it
includes, its compile command, .clang-tidy, or clang-tidy. What is remembered is a hash of all that, in the folder lint/ of
the cache (TANDEM_CACHE, or the user's cache folder/tandem). Exit: 0 clean, 1 findings, which are on stdout.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

TIDY = "clang-tidy-22"
# A test that cannot make its constants fails, as it should; it may run other programs, and takes the time it takes.
FOR_TESTS = "--checks=-bugprone-throwing-static-initialization,-bugprone-command-processor,-performance-inefficient-vector-operation"
SHALLOW = ("-Xclang", "-analyzer-config", "-Xclang", "mode=shallow")
BUILD = Path("build")


def cache_folder():
    own = os.environ.get("TANDEM_CACHE")
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own or Path(user) / "tandem") / "lint"


def compile_commands():
    """By the file's real path: its compile command and its object."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    return {os.path.realpath(os.path.join(c["directory"], c["file"])): c for c in commands}


def includes_of_objects():
    """What each object was made of, as ninja has it from the compiler; nothing for one that is not up to date."""
    made_of, current = {}, None
    for line in subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], capture_output=True, text=True).stdout.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif line:
            current = []
            if line.endswith("(VALID)"):
                made_of[line.split(": #deps")[0]] = current
    return made_of


@functools.cache
def fingerprint(path):
    """Of our own files the contents; packages change theirs with their dates."""
    if path.startswith("/usr/"):
        stat = os.stat(path)
        return f"{stat.st_size} {stat.st_mtime_ns}"
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def files_of(command, made_of):
    """The file and all that it includes; nothing where that is not known."""
    output = re.search(r" -o (\S+)", command["command"])
    return made_of.get(output[1]) if output else None


def arguments_for(path, files):
    sees_mlir = any("/include/mlir/" in file for file in files or [])
    is_test = "/test/" in path or "/tests/" in path
    return [f"--extra-arg={word}" for word in SHALLOW if sees_mlir] + [FOR_TESTS] * is_test


def key_of(command, files, common):
    """What the verdict on one file hangs on; nothing where that is not known."""
    if files is None:
        return None
    parts = [common, command["command"]]
    for file in sorted(set(files)):
        path = os.path.realpath(os.path.join(command["directory"], file))
        parts.append(f"{path} {fingerprint(path)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run(path, arguments):
    command = [TIDY, "--quiet", "--use-color=0", *arguments, "-p", BUILD, path]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode == 0, result.stdout


def main():
    commands = compile_commands()
    paths = [path for path in map(os.path.realpath, sys.argv[1:]) if path in commands]
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    common = version + Path(".clang-tidy").read_text() + Path(__file__).read_text()
    made_of = includes_of_objects()
    files = {path: files_of(commands[path], made_of) for path in paths}
    keys = {path: key_of(commands[path], files[path], common) for path in paths}
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [path for path in paths if not (keys[path] and (folder / keys[path]).exists())]
    print(f"dev: clang-tidy: {len(paths)} files, {len(paths) - len(waiting)} of them known to be clean", file=sys.stderr)
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(run, waiting, [arguments_for(path, files[path]) for path in waiting])
        for path, (is_clean, findings) in zip(waiting, verdicts):
            if is_clean and keys[path]:
                (folder / keys[path]).touch()
            elif not is_clean:
                clean = False
                print(findings, end="", flush=True)
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
