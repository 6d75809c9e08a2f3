# shellcheck shell=bash
# Shared by the scripts of this folder: source it, don't run it.
#
# After sourcing, the working directory is the project's, $LOCAL is the folder for everything that
# is made here and never committed (data, secrets, downloaded tools), $BINARIES the one with what
# build_release builds, and these exist:
#   say TEXT               a step, on stderr
#   fail TEXT              says what is wrong and what to do, and ends the script
#   need_packages NAME...  installs the Debian packages that are missing
#   need_swift             ends the script unless Swift is new enough
#   build_release [ARG...] builds what ships, optimised, with progress
#   need_python DIR FILE   a virtual environment in DIR with the requirements of FILE
#   free_port FIRST        the first port from FIRST on that nobody listens on
#   stop_process PID NAME  SIGTERM, then SIGKILL when it takes longer than 30 s

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
BUILD=${TELLER_BUILD:-.build}
# shellcheck disable=SC2034  # used by those who source this
LOCAL=${TELLER_LOCAL:-$PWD/.local} BINARIES=$PWD/$BUILD/release
# The driver's counters stay in its process: in shared memory a killed process would leave them behind.
export MONGOC_DISABLE_SHM=1
SWIFT_MINIMUM=6.2
BUILD_PACKAGES=(libmongoc-dev libbson-dev libssl-dev zlib1g-dev pkg-config ca-certificates git)

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
    BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
    BOLD='' RED='' PLAIN=''
fi

say() { printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN" >&2; }

fail() {
    printf '%serror:%s %s\n' "$RED" "$PLAIN" "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

need_packages() {
    local missing
    has dpkg-query || fail "Teller needs Debian 12 or a relative of it. Install by hand: $*"
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${missing[*]}"
    if [ "$(id -u)" != 0 ] && ! has sudo; then
        fail "as root, run: apt-get install ${missing[*]}"
    fi
    if ! { as_root apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends "${missing[@]}"; } >&2; then
        fail "could not install ${missing[*]}: look at apt-get's message above"
    fi
}

need_swift() {
    has swift || fail "Swift is not on the PATH. Install Swift $SWIFT_MINIMUM or newer: https://swift.org/install"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    printf '%s\n%s\n' "$SWIFT_MINIMUM" "${version:-0}" | sort -C -V ||
        fail "Swift ${version:-of unknown version} is too old: install $SWIFT_MINIMUM or newer"
}

# The same flags everywhere, so that scripts/run and scripts/test share one build.
build_release() {
    need_packages "${BUILD_PACKAGES[@]}"
    need_swift
    say "Building (the first time takes 5 to 10 minutes on 2 cores)"
    swift build -c release --scratch-path "$BUILD" \
        --explicit-target-dependency-import-check error "$@" >&2 ||
        fail "the build failed: see above"
}

need_python() {
    local directory=$1 requirements=$2
    has python3 || need_packages python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
    cmp -s "$requirements" "$directory/requirements.txt" && return 0
    say "Installing the Python packages of $requirements"
    python3 -m venv --clear "$directory" || fail "could not make $directory"
    "$directory/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2 ||
        fail "pip could not install $requirements"
    cp "$requirements" "$directory/requirements.txt"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port=$1
    while port_is_taken "$port"; do port=$((port + 1)); done
    echo "$port"
}

stop_process() {
    local pid=$1 name=$2 tenths=0
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do
        if [ "$tenths" -ge 300 ]; then
            say "$name did not stop within 30 s: killing it"
            kill -KILL "$pid" 2>/dev/null
            break
        fi
        sleep 0.1
        tenths=$((tenths + 1))
    done
    wait "$pid" 2>/dev/null || true
}
