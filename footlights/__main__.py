"""The way in from a shell, `footlights` or `python -m footlights`, and the outermost edge: no traceback leaves here."""

import gc
import io
import os
import sys

from footlights import refuse_foreign_packages


def run() -> int:
    """Perform the command line of this process; the console script and `python -m` begin here."""
    # Most of what start-up makes lives to the end. Looking through it for rubbish, on the way and once more when the
    # interpreter leaves, is a fifth of a short command's time.
    gc.set_threshold(200_000, 20, 20)
    try:
        return main()
    finally:
        _let_interrupts_pass()
        gc.freeze()


def main(argv: list[str] | None = None) -> int:
    """Perform one command and return its exit code; whatever goes wrong becomes one clear message."""
    _write_what_the_terminal_cannot_as_escapes()
    try:
        refuse_foreign_packages()
    except ImportError as refusal:  # told here, because the room that tells errors is one of those that are not ours
        sys.stderr.write(f"error: {refusal}\n")
        return 1
    try:
        from app.cli import main as perform

        code = perform(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _leave_the_pipe_quietly()
    except Exception as error:  # the outermost edge: everything that is left is told, never thrown at the user
        from app.cli.farewell import tell

        return tell(error, sys.stderr)
    return code


def _write_what_the_terminal_cannot_as_escapes() -> None:
    # A shell can start a program without these (`>&-`); what is said then goes nowhere, but does not fail.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_interrupts_pass() -> None:
    """Ignore Ctrl+C from now on: there is nothing left to stop, and what was told by the exit code would be lost."""
    if "signal" in sys.modules:  # whoever heeded one has loaded it; a short command is not kept waiting for that
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave_the_pipe_quietly() -> int:
    """Point stdout at nothing, so that the interpreter's last flush does not fail again (as `| head` makes it)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141  # what a shell reports for a program that a closed pipe ended


def _forget_the_working_folder() -> None:
    """Take the entry that `python -m` added off the path, unless Footlights itself is run from there."""
    here = os.getcwd()
    ours = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    if sys.path and sys.path[0] in ("", here) and os.path.realpath(here) != ours:
        del sys.path[0]


if __name__ == "__main__":
    _forget_the_working_folder()
    sys.exit(run())
