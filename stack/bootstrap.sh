#!/bin/sh
# Makes the Python environment in .venv. First installs what that and the services need, where this can be done
# without asking: on Debian or Ubuntu as root, or with a sudo that wants no password.
# With the argument `browser`, installs only the browser in which the tests open the page.
set -eu
cd "$(dirname "$0")/.."

python() {
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

java_17() {
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ]
}

maven() {
    command -v mvn
}

apt_install() {
    command -v apt-get >/dev/null || return 1
    sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    $sudo true 2>/dev/null || return 1
    echo "Installing $* …"
    if [ -z "${updated:-}" ]; then
        $sudo apt-get update -qq >/dev/null || return 1
        updated=yes
    fi
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

# need CHECK NAME PACKAGES…: each PACKAGES is tried in turn, since releases differ in what their default is.
missing=
need() {
    check=$1 name=$2
    shift 2
    "$check" >/dev/null && return
    for packages; do
        # shellcheck disable=SC2086  # a list of packages
        apt_install $packages && "$check" >/dev/null && return
    done
    missing="$missing${missing:+, }$name ($1)"
}

browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

complain() {
    [ -z "$missing" ] && return
    echo "Please install (Debian's packages in brackets), then try again: $missing." >&2
    exit 1
}

if [ "${1:-}" = browser ]; then
    need browser "Chromium" chromium chromium-browser
    complain
    exit
fi

need python "Python 3.11 or newer with venv" "python3 python3-venv" "python3.11 python3.11-venv"
need java_17 "Java 17 or newer" default-jre-headless openjdk-17-jre-headless
need maven "Maven" maven
complain

.venv/bin/python -c '' 2>/dev/null || "$(python)" -m venv --clear .venv
echo "Installing the Python packages of requirements.lock …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
