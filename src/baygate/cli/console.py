"""What the commands share: errors that say what to do, and progress on long work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from baygate.errors import OperatorError


class Commands(click.Group):
    """A group whose commands end in one line of error and one of advice, never in a stack trace.

    ``modules`` says in which module each command is; it is loaded when the command is asked for.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Return the names of all commands."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Load a command."""
        module = self._modules.get(name)
        if module is None:
            return None
        loaded, attribute = import_module(module), name.replace("-", "_")
        # `list` is a name of Python's own: a module calls the command list_
        command: click.Command = getattr(loaded, attribute, None) or getattr(loaded, f"{attribute}_")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            raise Failure(error.what, error.advice) from None


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
