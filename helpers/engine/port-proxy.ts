import { shellQuote } from "./runtime-wrapper.ts";

/**
 * Docker's proxy for published ports, on loopback whatever it is asked for. `--ip` sets that for Docker's default
 * network only, and older daemons have no setting for the other networks.
 */
export function portProxy(dockerProxy: string): string {
  return `#!/bin/sh
# ${dockerProxy}, listening on loopback only.
count=$# previous=
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  if [ "$previous" = -host-ip ]; then
    case $word in *:*) word=::1 ;; *) word=127.0.0.1 ;; esac
  fi
  set -- "$@" "$word"
  previous=$word
  count=$((count - 1))
done
exec ${shellQuote(dockerProxy)} "$@"
`;
}
