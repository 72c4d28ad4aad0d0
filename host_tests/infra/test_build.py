"""When a target is built, and what a failure leaves behind."""

import pytest

from build import Recipe, make
from steps import Failure, clean_environment, run_logged


class Target:
    """A target whose output is its inputs' text; counts how often it is built."""

    def __init__(self, directory):
        self.directory = directory
        self.input = directory / "input"
        self.output = directory / "made/output"
        self.input.write_text("one")
        self.kept = None

    def build(self, setup="setup", error=None, in_the_way=False):
        """Did the last attempt go on from an older build? Fails with `error`, where `in_the_way` only if it did."""

        def action(recipe):
            self.kept = (recipe.directory / "object").exists()
            (recipe.directory / "object").touch()
            if error and (self.kept or not in_the_way):
                raise error
            self.output.write_text(self.input.read_text())

        self.kept = None
        make(Recipe("target", self.output, [setup], [self.input], "sh"), "Building", action)
        return self.kept


@pytest.fixture
def target(tmp_path):
    """A target that has been built once."""
    made = Target(tmp_path)
    made.build()
    return made


def test_nothing_is_built_twice(target):
    assert target.build() is None


def test_content_counts_and_not_dates(target):
    target.input.touch()
    assert target.build() is None
    target.input.write_text("two")
    assert target.build() is True
    assert target.output.read_text() == "two"


def test_another_setup_starts_from_nothing(target):
    assert target.build(setup="other") is False


def test_a_lost_output_is_made_again(target):
    target.output.unlink()
    assert target.build() is True


def test_a_failed_build_is_tried_again_where_it_stopped(target):
    target.input.write_text("two")
    with pytest.raises(Failure):
        target.build(error=Failure("compiler"))
    assert target.build() is True
    assert target.output.read_text() == "two"


def test_a_build_that_an_older_one_is_in_the_way_of_starts_from_nothing(target):
    target.input.write_text("two")
    assert target.build(error=Failure("compiler"), in_the_way=True) is False
    assert target.output.read_text() == "two"


def test_an_interrupted_build_is_tried_again_from_nothing(target):
    target.input.write_text("two")
    with pytest.raises(KeyboardInterrupt):
        target.build(error=KeyboardInterrupt())
    assert target.build() is False
    assert target.output.read_text() == "two"


def test_a_failed_command_shows_the_end_of_its_log():
    with pytest.raises(Failure, match="exit code 3; the whole log is build/log/infra-test.log") as caught:
        run_logged(["sh", "-c", "echo what went wrong; exit 3"], "infra-test")
    assert "what went wrong" in caught.value.details


def test_a_hint_stands_alone():
    with pytest.raises(Failure, match="^do this$") as caught:
        run_logged(["sh", "-c", "echo noise; exit 3"], "infra-test", hint="do this")
    assert caught.value.details == ""


def test_an_inner_make_hears_nothing_of_the_outer_one(monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", "-j2 --jobserver-auth=3,4")
    monkeypatch.setenv("MPY_DIR", "/nowhere")
    environment = clean_environment(NEW=1)
    assert "MAKEFLAGS" not in environment and "MPY_DIR" not in environment
    assert environment["NEW"] == "1"
