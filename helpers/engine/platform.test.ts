import { expect, test } from "vitest";
import { linuxFamily } from "./platform.ts";

test.each([
  ["debian", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'],
  ["debian", "ID=ubuntu\nID_LIKE=debian\n"],
  ["debian", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'],
  ["fedora", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'],
  ["arch", "ID=manjaro\nID_LIKE=arch\n"],
  ["alpine", "ID=alpine\n"],
  ["suse", 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n'],
  ["linux", "ID=nixos\n"],
  ["linux", ""],
] as const)("%s is told from %j", (family, osRelease) => {
  expect(linuxFamily(osRelease)).toBe(family);
});
