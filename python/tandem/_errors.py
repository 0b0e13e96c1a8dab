"""Exceptions and warnings. `str(error)` is the line that the command line prints."""


class Error(Exception):
    """What every function of this package raises when a model, a file, a device or an argument is wrong.

    `str(error)` is one line, "FILE: error: what was found, what was expected", as the command line says it.

    Attributes:
        code: the kind in words, as "corrupt-data"; one for each subclass.
        subject: what it is about, such as a path; may be empty.
    """

    code = "error"

    def __init__(self, text: str, subject: str = ""):
        super().__init__(text)
        self.subject = subject


class InvalidArgumentError(Error, ValueError):
    """What was asked for makes no sense: a wrong type or shape, a name that there is not."""

    code = "invalid-argument"


class NotFoundError(Error):
    """A file, model or tensor of that name does not exist."""

    code = "not-found"


class CorruptDataError(Error):
    """Bytes that do not follow their format."""

    code = "corrupt-data"


class UnsupportedError(Error):
    """Well formed, and beyond what this build can do."""

    code = "unsupported"


class IoError(Error):
    """The operating system refused."""

    code = "io"


class UnavailableError(Error):
    """A device is not there or failed while running, or there is no memory."""

    code = "unavailable"


class InternalError(Error):
    """A bug in Tandem; please report it."""

    code = "internal"


class FallbackWarning(UserWarning):
    """A device is not there or failed, and a part of the model runs on its fallback, with the same answer."""


# By the number of base/result.h's Code.
_BY_CODE = (
    Error,
    InvalidArgumentError,
    NotFoundError,
    CorruptDataError,
    UnsupportedError,
    IoError,
    UnavailableError,
    InternalError,
)


def from_code(code: int, text: str, subject: str) -> Error:
    """The exception for an Error of the C++ side, which calls this."""
    return _BY_CODE[code](text, subject)
