"""What every verb has: help with examples, -v and -q, errors in two lines, exit codes."""

import os
import sys
from typing import Any

import click

from linkage.cli.messages import printable, start_logging
from linkage.errors import LinkageError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""

_HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 96}


class _WithExamples(click.Command):
    """A command whose help ends with examples, one a line."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **settings: Any) -> None:
        settings["context_settings"] = _HELP_NAMES | (settings.get("context_settings") or {})
        super().__init__(*args, **settings)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are to be typed."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Verb(_WithExamples):
    """A verb: sets up logging before it runs."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += [
            click.Option(["-v", "--verbose"], is_flag=True, help="Log details of single steps."),
            click.Option(["-q", "--quiet"], is_flag=True, help="Log errors only."),
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Start logging as asked, then run."""
        start_logging(verbose=ctx.params.pop("verbose"), quiet=ctx.params.pop("quiet"))
        return super().invoke(ctx)


class LinkageGroup(_WithExamples, click.Group):
    """A group that turns a LinkageError into two lines and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; let bugs keep their traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except LinkageError as error:
            click.echo(f"error: {printable(error.problem)}", err=True)
            if error.fix:
                click.echo(f"  fix: {printable(error.fix)}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader has seen enough (`| head`). Python would flush once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order they were added: as a night uses them."""
        return list(self.commands)
