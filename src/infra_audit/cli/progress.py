"""Progress of a collection: a bar a device on a terminal, a line a device elsewhere."""

import sys
import threading
from types import TracebackType
from typing import Any, Self

from infra_audit.cli.output import say
from infra_audit.model.reason import Reason
from infra_audit.texts import Language, text


class Progress:
    """An observer that shows on stderr what the collectors are doing; a context manager."""

    def __init__(self, lang: Language) -> None:
        """Decide once whether stderr is a terminal."""
        self.lang = lang
        self.lock = threading.Lock()
        self.bars: Any = None
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Start the bars on a terminal."""
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            self.bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(20),
                TextColumn("{task.fields[state]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the bars."""
        if self.bars is not None:
            self.bars.stop()

    def started(self, device: str) -> None:
        """Show a device as being read."""
        with self.lock:
            if self.bars is not None and device not in self.tasks:
                self.tasks[device] = self.bars.add_task(
                    device, total=None, state=text("cli", "progress.running", self.lang)
                )

    def finished(self, device: str, reason: Reason | None) -> None:
        """Show how a device ended."""
        state = text("cli", "progress.done", self.lang)
        if reason is not None:
            state = text("reasons", reason.code, self.lang, **reason.fields)
        with self.lock:
            if self.bars is None:
                say(f"{device}: {state}")
            elif device in self.tasks:
                self.bars.update(self.tasks[device], total=1, completed=1, state=state)
