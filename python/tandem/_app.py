"""Applications of several models."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

from ._errors import Error, InvalidArgumentError, NotFoundError
from ._sources import name_of, names_in, told_as, write_model

if TYPE_CHECKING:
    import numpy

    from ._compiler import FrameResult

PathLike = Union[str, "os.PathLike[str]"]
# Pictures and videos by path, or arrays: one, or several.
Frames = Any


class App:
    """An application: models, and the steps between them (docs/app-format.md).

    Its models are compiled at once, unless the user's cache has them.

    Args:
        path: the application's .yaml file.
        models: others for some of its models, by name: files, or objects as tandem.compile() takes them but for a
            torch.nn.Module, which is exported first (torch.export.export).
        backends: in order of preference; none: as the application says.
        device: what to compile for; plan() is for that device.
        threads: inside one operation of a model, 1 to 256.
        progress: called with a line about the work that begins and the part of it done, 0 to 1.

    Threads: run() takes turns; each frames() is a run of its own, with models' memory of its own, and is used by one
    thread at a time. The GIL is released while frames run.

    Errors: InvalidArgumentError (with the line of the file), and those of tandem.compile().
    """

    def __init__(
        self,
        path: PathLike,
        *,
        models: Mapping[str, Any] | None = None,
        backends: Sequence[str] | str = (),
        device: str = "host",
        threads: int = 1,
        progress: Callable[[str, float], object] | None = None,
    ):
        from . import _compiler

        with contextlib.ExitStack() as told:
            files = {name: self._file_of(model, told) for name, model in (models or {}).items()}
            self._app = _compiler.Application(os.fspath(path), files, names_in(backends), device, threads, progress)
        self._turn = threading.Lock()
        self._run = None  # made by the first run()

    def _file_of(self, model: Any, told: contextlib.ExitStack) -> str:
        """The model's own, or one that goes with this object: each run() and frames() reads it."""
        if isinstance(model, (str, os.PathLike)):
            return os.fspath(model)
        folder = tempfile.TemporaryDirectory(prefix="tandem-")
        weakref.finalize(self, folder.cleanup)
        file = write_model(model, folder.name, None, None)
        told.enter_context(told_as(file, name_of(model)))
        return file

    @property
    def name(self) -> str:
        """As its file says."""
        return self._app.name

    def run(self, frame: numpy.ndarray | PathLike) -> FrameResult:
        """Runs it on one frame, step after step: u8[height, width, 3] of RGB, or a picture's path.

        Errors: InvalidArgumentError for an array of another type or shape; those of the file; UnavailableError.
        """
        picture = load_picture(frame) if isinstance(frame, (str, os.PathLike)) else frame
        with self._turn:
            if self._run is None:
                self._run = self._app.start({}, [])
            self._run.submit(picture)
            return self._run.next()

    def frames(
        self,
        source: PathLike | Iterable[Any],
        *,
        pipeline: bool = False,
        objective: str | None = None,
        scheduler: str | None = None,
        fps: float | None = None,
        latency_ms: float | None = None,
        frames_in_flight: int | None = None,
        cores: int | None = None,
        drop_oldest: bool = False,
        costs: PathLike | None = None,
        trace: PathLike | None = None,
        svg: PathLike | None = None,
        measure_on: Frames = None,
    ) -> Iterator[FrameResult]:
        """Runs it on frame after frame; gives their results in order.

        Args:
            source: a picture or video file or "camera:N", a sequence of those, or any iterable of arrays.
            pipeline: frames overlap, on cores and devices as planned (docs/pipeline.md). The rest of the arguments is
                for that, and as in `tandem run --pipeline`:
            objective: "throughput" or "latency".
            scheduler: who plans, as "throughput", "heft", "best".
            fps, latency_ms: what the plan must reach, else an UnsupportedError.
            frames_in_flight, cores: at most so many.
            drop_oldest: of frames that wait, the oldest makes room for a new one.
            costs: a file that profile() wrote; none: the cache's.
            trace, svg: files to write at the end, for Perfetto or chrome://tracing, and a chart of the timeline.
            measure_on: pictures or videos, or arrays, to measure costs on where none are known; none: those of
                `source`, unless it is an iterator, whose arrays come only once.

        A frame that is no picture, or whose step fails, raises the error, which names it; the iterator is over then, and
        frames behind it are left out. trace and svg are written then too, and when the iterator is closed early.

        Errors: InvalidArgumentError (an argument for pipeline without it), NotFoundError (costs are not known, and there
        are no frames to measure them on).
        """
        source = _several(source)
        inputs = _paths(source)
        pictures: Iterable[Any] = source if inputs is None else _compiler_module().FrameReader(inputs)  # type: ignore
        setup = {
            "pipeline": pipeline,
            "objective": objective,
            "scheduler": scheduler,
            "fps": fps,
            "latency_ms": latency_ms,
            "frames_in_flight": frames_in_flight,
            "cores": cores,
            "drop_oldest": drop_oldest,
            "costs": _text(costs),
            "trace": _text(trace),
            "svg": _text(svg),
        }
        if not pipeline:
            _refuse_given({**setup, "measure_on": measure_on})
        try:
            run = _with_files(lambda files: self._app.start(setup, files), source if measure_on is None else measure_on)
        except NotFoundError:
            if costs is None and hasattr(source, "__len__") and len(source) == 0:
                return iter(())  # nothing to measure on, and nothing to run
            raise
        return _results(run, pictures)

    def plan(
        self,
        frames: Frames = (),
        *,
        objective: str | None = None,
        scheduler: str | None = None,
        fps: float | None = None,
        latency_ms: float | None = None,
        frames_in_flight: int | None = None,
        cores: int | None = None,
        costs: PathLike | None = None,
        svg: PathLike | None = None,
        simulate: int = 300,
        jitter: float = 0.0,
    ) -> dict[str, Any]:
        """How it would run as a pipeline, here or on `device`, as `tandem plan --json` says it.

        `frames`: pictures and videos, or arrays, to measure its tasks on where that was not done before. `simulate`:
        frames that the plan is tried on, whose times go up and down by the part `jitter`. `svg`: where to draw its chart. What is
        "modelled" in it was not measured. Errors: NotFoundError (costs are not known, and there are no frames),
        UnsupportedError (fps or latency_ms cannot be reached, with what stands in the way).
        """
        setup = {
            "objective": objective,
            "scheduler": scheduler,
            "fps": fps,
            "latency_ms": latency_ms,
            "frames_in_flight": frames_in_flight,
            "cores": cores,
            "costs": _text(costs),
            "svg": _text(svg),
        }
        return _with_files(lambda files: self._app.plan(setup, files, simulate, jitter), frames)

    def profile(self, frames: Frames, output: PathLike | None = None) -> dict[str, Any]:
        """Measures its tasks on every kind of device that is here, on frames of pictures and videos, or on arrays.

        Writes the file that plans are made from (`output`; none: the cache, where plans look) and gives it as plain
        data: docs/pipeline.md has the keys.
        """
        with _files_of(frames) as files:
            return self._app.profile(files, _text(output) or "")

    def models(self) -> list[dict[str, Any]]:
        """What became of each model in the calls of run() so far: model, regions, notices."""
        with self._turn:
            return [] if self._run is None else self._run.models()

    def __repr__(self) -> str:
        models, results = ", ".join(self._app.models), ", ".join(self._app.results)
        return f"<tandem.App {self.name!r}: models {models}; results {results}>"


def load_picture(path: PathLike) -> numpy.ndarray:
    """A picture file as u8[height, width, 3] of RGB, turned as its EXIF data says. Errors: NotFoundError,
    InvalidArgumentError (no picture)."""
    return _compiler_module().load_picture(os.fspath(path))


def save_picture(path: PathLike, picture: Any) -> None:
    """Writes u8[height, width, 3] of RGB in the format of the path's ending, whole or not at all.
    Errors: InvalidArgumentError (no such format, another type or shape), IoError."""
    _compiler_module().save_picture(os.fspath(path), picture)


def _compiler_module() -> Any:
    from . import _compiler

    return _compiler


def _refuse_given(setup: Mapping[str, Any]) -> None:
    """Arguments of pipelines, where there is none."""
    for name, value in setup.items():
        if value is not None and value is not False:
            raise InvalidArgumentError(f"error: {name} is for pipeline=True")


def _results(run: Any, pictures: Iterable[Any]) -> Iterator[FrameResult]:
    try:
        for frame, picture in enumerate(pictures, 1):
            while not run.takes_more:
                yield run.next()
            _submit(run, frame, picture)
        while run.in_flight:
            yield run.next()
    except BaseException:  # GeneratorExit, too: the iterator was closed
        _end_early(run)
        raise
    run.write_traces()


def _submit(run: Any, frame: int, picture: Any) -> None:
    try:
        run.submit(picture)
    except Error as error:
        subject = f"frame {frame}"
        raise type(error)(f"{subject}: {error}", subject) from None


def _end_early(run: Any) -> None:
    """Writes the traces of what ran; no trouble with them hides why it ends."""
    while run.in_flight:
        with contextlib.suppress(Error):
            run.next()
    try:
        run.write_traces()
    except Error as error:
        warnings.warn(str(error), stacklevel=3)


def _paths(source: Any) -> list[str] | None:
    """None: these are no paths."""
    if isinstance(source, (str, os.PathLike)):
        return [os.fspath(source)]
    if isinstance(source, (list, tuple)) and all(isinstance(entry, (str, os.PathLike)) for entry in source):
        return [os.fspath(entry) for entry in source]
    return None


@contextlib.contextmanager
def _files_of(frames: Frames) -> Iterator[list[str]]:
    """Of arrays files that are there meanwhile, which is what tasks are measured on; of an iterator none."""
    frames = _several(frames)
    files = _paths(frames)
    if files is not None or not hasattr(frames, "__len__"):
        yield files or []
        return
    most = 60  # that are measured on
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        files = [os.path.join(folder, f"{i}.bmp") for i in range(min(most, len(frames)))]
        for file, picture in zip(files, frames):
            save_picture(file, picture)
        yield files


def _with_files(call: Callable[[list[str]], Any], frames: Frames) -> Any:
    """`call` with the frames' files; those of arrays are written only when it needs any."""
    files = _paths(frames)
    if files is not None:
        return call(files)
    try:
        return call([])
    except NotFoundError:
        with _files_of(frames) as files:
            if not files:
                raise
            return call(files)


def _several(source: Any) -> Any:
    """One array is a picture, not a sequence of its rows."""
    return [source] if getattr(source, "ndim", None) == 3 else source


def _text(path: PathLike | None) -> str | None:
    return None if path is None else os.fspath(path)
