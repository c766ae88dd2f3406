"""What the commands share: errors that say what to do, and progress on long work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from baygate.settings import SettingsError
from baygate.storage.errors import StorageError


class Commands(click.Group):
    """A group whose commands end in one line of error and one of advice, never in a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except StorageError as error:
            raise Failure(error.what, error.advice) from None
        except SettingsError as error:
            raise Failure(str(error)) from None


class Failure(click.ClickException):
    """Something that the user can mend."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.advice = advice

    def show(self, file: Any = None) -> None:
        """Say what happened, and what to do."""
        click.secho(f"baygate: {self.message}", fg="red", err=True, file=file)
        if self.advice:
            click.echo(self.advice, err=True, file=file)


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar; what is yielded is called with how much more is done."""
    with click.progressbar(length=length, label=label, show_pos=True, update_min_steps=max(length // 200, 1)) as bar:
        yield bar.update
