#!/bin/sh
# All that can be said of this crate: its form, and its tests, those against the registry itself included.
#   ./test.sh            with crates of crates.io
#   ./test.sh --debian   with those that Debian packages, without any network
# Further arguments go on to the test programs.
set -eu
cd "$(dirname "$0")"

run() { cargo "$@"; }
if [ "${1-}" = --debian ]; then
  shift
  crates=${DEBIAN_CRATES:-/usr/share/cargo/registry}
  if ! ls "$crates" 2>/dev/null | grep -q '^reqwest-'; then
    echo "Nothing in $crates. apt-get install librust-httpdate-dev librust-reqwest-dev librust-serde-dev librust-serde-json-dev librust-tokio-dev" >&2
    exit 1
  fi
  rm -f Cargo.lock # one of crates.io names versions that are not there
  trap 'rm -f Cargo.lock' EXIT # and the other way round
  run() {
    subcommand=$1
    shift
    cargo "$subcommand" --offline --config 'source.crates-io.replace-with="debian"' \
      --config "source.debian.directory=\"$crates\"" "$@"
  }
fi

[ -f ../../dist/main.js ] || (cd ../.. && npm ci && npm run build)
cargo fmt --check
if cargo clippy --version >/dev/null 2>&1; then run clippy --all-targets -- -D warnings; else echo 'No clippy here: not linted'; fi
run test -- --include-ignored "$@"
