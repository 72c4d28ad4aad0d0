#!/bin/sh
# Installs what a step needs and the machine lacks: "prepare.sh GROUP...", the groups being
#   host  Python, and build/venv with the packages of requirements.txt
#   tests CPython's own tests, which Debian has apart; Python must be there
#   unix  what compiles MicroPython's unix port
#   pico  what compiles firmware for a Pico
#   c     what checks the C code on this machine
#   native  what compiles the native module for other processors
#   xtensa  what compiles it for an ESP32, or nothing where Espressif's compiler is
#   qemu  what compiles and runs MicroPython on emulated Cortex-M3, RV32 and Xtensa boards, and native modules there
# It is a shell script because Python may be one of the things that are missing.
set -eu
cd "$(dirname "$0")/.."
log=build/log/prepare.log
venv=build/venv
mkdir -p build/log

# One at a time, as firmware/steps.py has it: a second make in this directory waits.
if command -v flock >/dev/null 2>&1; then
    exec 9>build/.lock
    flock 9
fi

die() {
    echo "afunix: $*" >&2
    exit 1
}

# Runs a long step with its output in the log: one line when it starts, and how long it took when it ends.
step() {
    what=$1
    shift
    started=$(date +%s)
    printf '==> %s ... ' "$what"
    if "$@" </dev/null >>"$log" 2>&1; then
        echo "$(($(date +%s) - started)) s"
    else
        echo "failed"
        grep -E '^(E|ERROR|Error):' "$log" | tail -n 1 >&2
        return 1
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q -y "$@"
}

have_package() {
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

want() {
    for package in "$@"; do
        case "$missing " in
        *" $package "*) ;;
        *) have_package "$package" || missing="$missing $package" ;;
        esac
    done
}

# Libraries can only be asked for where there is dpkg; elsewhere the compiler will tell.
want_on_debian() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    want "$@"
}

# A program may come from elsewhere than from a Debian package: then nothing is installed for it.
want_program() {
    command -v "$1" >/dev/null 2>&1 || want "$2"
}

python_can_venv() {
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1
}

python_is_new_enough() {
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

# libFuzzer and the sanitizers come with clang or in a package of their own, as Debian's release has it.
clang_can_fuzz() {
    echo 'int LLVMFuzzerTestOneInput(const char *data) { return !data; }' |
        clang -fsanitize=fuzzer,address,undefined -x c - -o build/log/can-fuzz >>"$log" 2>&1 &&
        rm -f build/log/can-fuzz
}

python_has_tests() {
    python3 -c 'import sys; from importlib.util import find_spec; sys.exit(find_spec("test.test_socket") is None)'
}

missing=
for group in "$@"; do
    case $group in
    host)
        want_program python3 python3
        python_can_venv || want python3-venv
        ;;
    tests)
        python_has_tests || want "libpython$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')-testsuite"
        ;;
    unix)
        want_program python3 python3
        want_program cc gcc
        want_program make make
        want_program xz xz-utils
        want_program bzip2 bzip2
        want_on_debian libc6-dev
        ;;
    pico)
        want_program cmake cmake
        want_program c++ g++
        want_program arm-none-eabi-gcc gcc-arm-none-eabi
        want_on_debian libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib
        ;;
    c)
        want_program cc gcc
        want_program gcov gcc
        want_program clang clang
        want_program cppcheck cppcheck
        want_on_debian libc6-dev
        ;;
    native)
        want_program arm-none-eabi-gcc gcc-arm-none-eabi
        want_program riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
        ;;
    xtensa)
        command -v xtensa-esp32-elf-gcc >/dev/null 2>&1 || {
            want_program cc gcc
            want_program xtensa-lx106-elf-gcc gcc-xtensa-lx106
            want_on_debian libc6-dev libnewlib-dev
        }
        ;;
    qemu)
        want_program arm-none-eabi-gcc gcc-arm-none-eabi
        want_program riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
        want_program qemu-system-arm qemu-system-arm
        want_program qemu-system-riscv32 qemu-system-misc
        want_program xtensa-lx106-elf-gcc gcc-xtensa-lx106
        want_program qemu-system-xtensa qemu-system-misc
        want_on_debian libnewlib-arm-none-eabi picolibc-riscv64-unknown-elf libnewlib-dev
        ;;
    *) die "prepare.sh knows no group \"$group\"" ;;
    esac
done

install_missing() {
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 || die "no apt on this machine; install what Debian calls:$missing"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 ||
        die "these packages are missing and neither root nor sudo is to be had: apt-get install$missing"
    if [ "$(id -u)" != 0 ]; then
        # Asks for the password, if it must, before the output goes to a log.
        sudo -v || die "cannot become root; install these packages yourself: apt-get install$missing"
    fi
    # shellcheck disable=SC2086 # a list of words
    if ! apt_get -s install --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
        step "Updating apt's lists" apt_get update ||
            die "apt-get update failed (network?); install these packages yourself: apt-get install$missing"
    fi
    # A list that is older than the mirror names files that are gone: then update once and try again.
    # shellcheck disable=SC2086
    step "Installing$missing" apt_get install --no-install-recommends $missing ||
        { step "Updating apt's lists" apt_get update &&
            step "Installing$missing" apt_get install --no-install-recommends $missing; } ||
        die "could not install these packages: apt-get install$missing (log: $log)"
    missing=
}

install_missing

case " $* " in
*" c "*)
    # Only now is it known which version of clang this is.
    if ! clang_can_fuzz; then
        want_on_debian "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
        install_missing
        clang_can_fuzz || die "$(command -v clang) cannot link libFuzzer and the sanitizers; log: $log"
    fi
    ;;
esac

case " $* " in
*" host "*)
    python_is_new_enough || die "Python 3.11 or newer is needed, this is $(python3 --version)"
    stamp=$venv/requirements.txt
    if ! cmp -s requirements.txt "$stamp" || ! "$venv/bin/python" -c '' 2>/dev/null; then
        # The stamp is written last, so a run that was interrupted starts anew.
        rm -rf "$venv"
        python_can_venv || die "python3 -m venv does not work here: install python3-venv"
        step "Making a virtual environment" python3 -m venv "$venv" ||
            die "python3 -m venv failed (log: $log)"
        step "Installing Python packages" "$venv/bin/python" -m pip install \
            --disable-pip-version-check --no-input -r requirements.txt ||
            die "pip could not install the packages of requirements.txt (network?); log: $log"
        cp requirements.txt "$stamp"
    fi
    ;;
esac
