import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "./install.ts";
import { canRunPrivately } from "./private-folders.ts";

const UNSHARE = findProgram("unshare");

/** Runs a program in a network of its own, which is like a host's: with its own links, rules and forwarding. */
function inOwnNetwork(program: string): unknown {
  const script = 'mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run && exec "$@"';
  const words = ["--net", "--mount", "--propagation", "private", "sh", "-c", script, "sh"];
  const node = [process.execPath, "--input-type=module-typescript", "-e", program];
  return JSON.parse(execFileSync(String(UNSHARE), [...words, ...node], { encoding: "utf8" }));
}

const isPossible = canRunPrivately() && UNSHARE && findProgram("iptables-restore");

test.runIf(isPossible)(
  "forwarding stays as it was; only the engine's own links and rules are removed",
  () => {
    const state = inOwnNetwork(`
    import { execFileSync } from "node:child_process";
    import { readdirSync, readFileSync, writeFileSync } from "node:fs";
    import { setUpNetwork, tearDownNetwork } from ${JSON.stringify(join(import.meta.dirname, "private-network.ts"))};
    const FORWARDING = "/proc/sys/net/ipv4/ip_forward";
    const look = () => ({
      links: readdirSync("/sys/class/net").filter((name) => name !== "lo").sort(),
      forwarding: readFileSync(FORWARDING, "utf8").trim(),
      rules: execFileSync("iptables-save", { encoding: "utf8" }).split("\\n").filter((line) => line.startsWith("-A")).length,
    });
    const ip = (...words) => execFileSync("ip", words);
    const bridge = (name, address) => {
      ip("link", "add", "name", name, "type", "bridge");
      ip("address", "add", address, "dev", name);
      ip("link", "set", "dev", name, "up");
    };
    writeFileSync(FORWARDING, "0");
    const { prefix } = await setUpNetwork("0123abcd");
    bridge("br-0123456789ab", prefix + ".128.1/24");
    bridge("br-other", prefix + ".129.1/24");
    bridge("br-ba9876543210", prefix + ".1.1/24");
    const during = look();
    await tearDownNetwork("0123abcd");
    await tearDownNetwork("0123abcd");
    console.log(JSON.stringify({ during, after: look() }));
  `);
    const others = ["br-ba9876543210", "br-other"];
    expect(state).toEqual({
      during: { links: ["br-0123456789ab", ...others, "pt-0123abcd"], forwarding: "0", rules: 6 },
      after: { links: others, forwarding: "0", rules: 0 },
    });
  },
);
