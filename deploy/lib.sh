# What deploy/install and deploy/upgrade share. Not run by itself.
# shellcheck shell=bash

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=""
name="" public_url="" certificate="" key="" listen="" keep_days=14
app_port=8000 http_port=80 https_port=443
stamp=$(date -u +%Y%m%dT%H%M%SZ)
READY_SECONDS=${PREVENTEDU_READY_SECONDS:-120}
KEEP_RELEASES=3

say() { printf '%s\n' "$*"; }
die() { printf 'Error: %s\n' "$*" >&2; exit 1; }

# Everything lies below $root: "" on a server, a folder when it is tried out.
# shellcheck disable=SC2034 # the two scripts use them
set_places() {
    code=$root/opt/preventedu
    current=$code/current
    etc=$root/etc/preventedu
    data=$root/var/lib/preventedu
    backups=$root/var/backups/preventedu
    logs=$root/var/log/preventedu
    units=$root/etc/systemd/system
    site=$root/etc/nginx/sites-available/preventedu
    acme=$root/var/lib/preventedu-acme
    facts=$etc/deploy.conf
}

is_tried_out() { [ -n "$root" ]; }

services() {
    # Tried out below a folder, services run only if the caller says by what.
    if is_tried_out && [ -z "${PREVENTEDU_SYSTEMCTL:-}" ]; then
        return 0
    fi
    "${PREVENTEDU_SYSTEMCTL:-systemctl}" "$@"
}

as_tool() {
    # As the services do: with the settings, and as their user.
    (
        set -a
        # shellcheck source=/dev/null
        . "$etc/preventedu.env"
        set +a
        if is_tried_out; then exec "$@"; else exec runuser -u preventedu -- "$@"; fi
    )
}

fill() {
    # Fill a template's @NAMES@; every value was checked or made by us.
    sed -e "s|@NAME@|$name|g" -e "s|@CURRENT@|$current|g" -e "s|@ETC@|$etc|g" \
        -e "s|@DATA@|$data|g" -e "s|@BACKUPS@|$backups|g" -e "s|@LOGS@|$logs|g" \
        -e "s|@ACME@|$acme|g" -e "s|@APP_PORT@|$app_port|g" \
        -e "s|@HTTP_PORT@|$http_port|g" -e "s|@HTTPS_PORT@|$https_port|g" \
        -e "s|@PUBLIC_URL@|$public_url|g" -e "s|@CERTIFICATE@|$certificate|g" \
        -e "s|@KEY@|$key|g" -e "s|@KEEP_DAYS@|$keep_days|g" \
        -e "s|@LISTEN@|$listen|g" "$checkout/deploy/$1"
}

make_release() {
    # Code and its environment beside the ones that run, complete before any is used.
    release=$code/releases/$stamp
    [ ! -e "$release" ] || die "$release exists already. Try again in a second."
    mkdir -p "$release"
    tar -C "$checkout" -cf - --exclude=./.git --exclude=./.venv --exclude=./data \
        --exclude=./var --exclude=./build --exclude='*_cache' --exclude=__pycache__ \
        . | tar -C "$release" -xf -
    say "Installing into $release (some minutes) …"
    make -s -C "$release" setup || { rm -rf "$release"; die "The installation failed; nothing was changed. The lines above say why."; }
    "$release/.venv/bin/python" -m compileall -q "$release/preventedu"
    chmod -R go+rX "$release"
}

use_release() {
    # One rename: there is no moment without a current release.
    ln -sfn "$1" "$current.new"
    mv -T "$current.new" "$current"
}

write_units() {
    mkdir -p "$units"
    for unit in preventedu-web.service preventedu-worker.service \
        preventedu-nightly.service preventedu-nightly.timer; do
        fill "$unit.in" >"$units/$unit"
    done
    services daemon-reload
}

wait_until_ready() {
    # Lessons can be served and a worker is at work.
    local url="http://127.0.0.1:$app_port/readyz?with=worker" since=$SECONDS
    if is_tried_out && [ -z "${PREVENTEDU_SYSTEMCTL:-}" ]; then
        return 0
    fi
    while [ $((SECONDS - since)) -lt "$READY_SECONDS" ]; do
        if "$1/.venv/bin/python" "$checkout/deploy/ask.py" "$url" >/dev/null 2>&1; then
            return 0
        fi
        sleep 1
    done
    "$1/.venv/bin/python" "$checkout/deploy/ask.py" "$url" >&2 || true
    return 1
}

forget_old_releases() {
    local kept
    kept=$(readlink -f "$current")
    find "$code/releases" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n "+$((KEEP_RELEASES + 1))" |
        while read -r old; do
            [ "$old" = "$kept" ] || rm -rf "$old"
        done
}
