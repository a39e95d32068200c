"""Being asked to stop: who hears it, and that the signals are given back."""

from __future__ import annotations

import os
import signal

import pytest

from crawler.commands.outcomes import EXIT_INTERRUPTED, stoppable
from crawler.stopping import STOP_SIGNALS, first_asks, on_stop


def ask(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in STOP_SIGNALS]


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_the_first_asks_and_each_further_one_does_more(number: signal.Signals) -> None:
    before, heard = handlers(), []
    with first_asks(lambda: heard.append(0), then=heard.append):
        ask(number)
        assert heard == [0]
        ask(number)
        ask(signal.SIGTERM)
    assert heard == [0, number, signal.SIGTERM]
    assert handlers() == before


def test_signals_are_given_back_whatever_happens() -> None:
    before = handlers()
    with pytest.raises(LookupError), on_stop(lambda number: None):
        raise LookupError
    assert handlers() == before


def test_other_signals_than_asked_for_stay_as_they_are() -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    with on_stop(lambda number: None, (signal.SIGTERM,)):
        assert signal.getsignal(signal.SIGINT) is interrupt


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_long_command_says_how_to_go_on(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    # Whoever runs the tests in the background may have let Ctrl-C be ignored.
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = handlers()
    with pytest.raises(SystemExit) as ended, stoppable("The same command goes on."):
        ask(number)
    assert ended.value.code == EXIT_INTERRUPTED
    assert capsys.readouterr().err == "Stopped. The same command goes on.\n"
    assert handlers() == before
    signal.signal(signal.SIGINT, outside)
