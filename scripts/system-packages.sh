#!/bin/sh
# Installs the programs that no Python package brings, where it may; else prints the line to run, and goes on.
# With the argument `test` also those that only the tests need: a browser, a database server, a screen.
set -u
missing=""
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
(ldconfig -p 2>/dev/null || true) | grep -q 'libGL\.so\.1' || missing="$missing libgl1"
if [ "${1:-}" = test ]; then
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
    (ldconfig -p 2>/dev/null || true) | grep -q 'libXtst\.so\.6' || missing="$missing libxtst6"
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
fi
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    if { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1
    then
        # The package starts a Redis of its own on some machines; the tests and the queue start theirs.
        exit 0
    fi
fi
echo "These programs are missing; install them with:  sudo apt-get install$missing"
exit 0
