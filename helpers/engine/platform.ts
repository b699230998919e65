import { readFileSync } from "node:fs";

/** What kind of system the tests run on, as far as installing an engine is concerned. */
export type Platform =
  "debian" | "fedora" | "arch" | "alpine" | "suse" | "linux" | "macos" | "windows" | "other";

/** Families of Linux distributions by the names that `/etc/os-release` gives them. */
const FAMILIES: Readonly<Record<string, Platform>> = {
  debian: "debian",
  ubuntu: "debian",
  fedora: "fedora",
  rhel: "fedora",
  centos: "fedora",
  arch: "arch",
  alpine: "alpine",
  suse: "suse",
  opensuse: "suse",
};

/** The platform of this machine. */
export function thisPlatform(): Platform {
  if (process.platform === "darwin") return "macos";
  if (process.platform === "win32") return "windows";
  if (process.platform !== "linux") return "other";
  return linuxFamily(readOsRelease());
}

/** The distribution's family, told from the text of `/etc/os-release`: its own name first, then what it is like. */
export function linuxFamily(osRelease: string): Platform {
  const names = [osReleaseValue(osRelease, "ID"), ...osReleaseValue(osRelease, "ID_LIKE").split(/\s+/)];
  for (const name of names) {
    const family = FAMILIES[name];
    if (family) return family;
  }
  return "linux";
}

function osReleaseValue(osRelease: string, key: string): string {
  const line = osRelease.split("\n").find((candidate) => candidate.startsWith(`${key}=`)) ?? "";
  return line
    .slice(key.length + 1)
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .toLowerCase();
}

function readOsRelease(): string {
  for (const file of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return readFileSync(file, "utf8");
    } catch {
      // The next place, or a Linux that does not say what it is.
    }
  }
  return "";
}
