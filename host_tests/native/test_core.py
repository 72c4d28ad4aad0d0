"""The core of the data plane in C on this machine: sanitizers, a model, a fuzzer, threads, compilers' warnings."""

import re

import pytest
from c_programs import (
    CORE,
    CORPUS,
    FUZZER,
    HERE,
    MEMORY,
    RING,
    THREADS,
    UNIT_LENGTH,
    compile_program,
    need,
    run,
)

SCRIPTS = sorted((HERE / "scripts").glob("*.txt"))
UNITS = sorted(CORPUS.iterdir())
RUNS = 50000
# From nothing inputs are short, and runs fast; the faults below are found within some thousands.
RUNS_FROM_NOTHING = 200000
# What libFuzzer learns from comparisons, addresses among them, and how it weighs inputs make each run another.
REPEATABLE = ["-seed=1", "-use_cmp=0", "-entropic=0", UNIT_LENGTH]
# The first is found by whatever copies anything; the second only where 11 bytes in one piece are looked at.
FAULTS = {
    "nothing copied": "-DAF_COPY(t,f,n)=((void)(t),(void)(f),(void)(n))",
    "one length": "-DAF_COPY(t,f,n)=memcpy((t),(f),(n)-((n)==11))",
}
FAILED = r"Assertion|AddressSanitizer|UndefinedBehavior"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """compiled(name, flags): a program of this directory linked with the core."""
    directory = tmp_path_factory.mktemp("native")

    def build(name, flags):
        program = directory / f"{name}-{'-'.join(flags).replace('/', '_').replace(',', '_')}"
        if not program.exists():
            compile_program(name, program, *flags)
        return program

    return build


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts(compiled, script):
    run(compiled("drive", MEMORY), "script", script)


@pytest.mark.parametrize("seed", range(8))
def test_random_operations(compiled, seed):
    run(compiled("drive", MEMORY), "random", *range(4 * seed, 4 * seed + 4))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_model_finds_faults(compiled, fault):
    """The model is no rubber stamp, and the saved corpus does enough to show it."""
    program = compiled("drive", [*MEMORY, fault])
    with pytest.raises(AssertionError, match=FAILED):
        run(program, "units", *UNITS)


def test_corpus(compiled):
    run(compiled("drive", MEMORY), "units", *UNITS)
    output = run(compiled("fuzz", FUZZER), *UNITS)
    assert output.count("Executed ") == len(UNITS) > 0


def test_corpus_reaches_all_of_the_core(compiled, tmp_path):
    """What the core gained since the corpus was saved is not fuzzed in the tests: then it is time for make corpus."""
    program = tmp_path / "drive"
    compile_program("drive", program, "--coverage", "-O0")
    run(program, "units", *UNITS)
    need("gcov")
    output = run("gcov", "-b", *tmp_path.glob("*.gcda"), cwd=tmp_path)
    for source in (*CORE, RING):
        about = re.search(rf"File '{re.escape(str(source))}'\n((?:.+\n)+)", output).group(1)
        assert "Lines executed:100.00%" in about and "Taken at least once:100.00%" in about, about


def test_fuzzer_finds_nothing(compiled, tmp_path):
    """A short run, always the same; what is new goes to the directory that is named first."""
    program = compiled("fuzz", FUZZER)
    output = run(program, *REPEATABLE, f"-runs={RUNS}", "-print_final_stats=1", tmp_path, CORPUS, cwd=tmp_path)
    assert int(re.search(r"stat::number_of_executed_units: (\d+)", output).group(1)) >= RUNS


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fuzzer_finds_faults(compiled, tmp_path, fault):
    """From nothing, and what it saves shows the fault again."""
    program = compiled("fuzz", [*FUZZER, fault])
    with pytest.raises(AssertionError, match=FAILED):
        run(program, *REPEATABLE, f"-runs={RUNS_FROM_NOTHING}", cwd=tmp_path)
    (crash,) = tmp_path.glob("crash-*")
    for again in ([program], [compiled("drive", [*MEMORY, fault]), "show"]):
        with pytest.raises(AssertionError, match=FAILED):
            run(*again, crash, cwd=tmp_path)


@pytest.mark.parametrize(
    ("flags", "total"), [(MEMORY, 200000), (["-O2"], 500000), (THREADS, 100000)], ids=["memory", "plain", "threads"]
)
def test_one_writer_and_one_reader(compiled, flags, total):
    run(compiled("threads", flags), total)
