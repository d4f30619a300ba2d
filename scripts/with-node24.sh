#!/bin/sh
# with-node24.sh SCRIPT [ARGUMENT…]: runs a TypeScript file of this repository under Node 24, in a bare clone too.
# What is missing is installed first: the packages of package-lock.json, among them (on Linux x64) Node 24 itself.
set -eu
cd "$(dirname "$0")/.."

# npm writes node_modules/.package-lock.json when it is done, so an install that was cut off is made again.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "Installing the npm packages of package-lock.json …" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 24 ]; then
  echo "Node 24 is needed, this is $(node --version). On Linux x64 it comes with npm ci; elsewhere install it first." >&2
  exit 1
fi
exec node "$@"
