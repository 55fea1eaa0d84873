"""Processes of ours, ended."""

import subprocess


def end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """End a process gently and, where it takes longer than so many seconds, not gently."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
