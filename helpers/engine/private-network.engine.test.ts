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
      during: { links: ["br-0123456789ab", ...others, "pt-0123abcd"], forwarding: "0", rules: 8 },
      after: { links: others, forwarding: "0", rules: 0 },
    });
  },
);

test.runIf(isPossible)("Pods of different nodes reach each other under their own addresses", () => {
  // As on a host on which somebody else's Docker filters all that is forwarded. A module that is missing filters nothing.
  const seen = inOwnNetwork(`
    import { execFileSync, spawn, spawnSync } from "node:child_process";
    import { once } from "node:events";
    import { existsSync, writeFileSync } from "node:fs";
    import { setUpNetwork, tearDownNetwork } from ${JSON.stringify(join(import.meta.dirname, "private-network.ts"))};
    const ip = (line) => execFileSync("ip", line.split(" "));
    const FILTERED = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    if (existsSync(FILTERED)) writeFileSync(FILTERED, "1");
    execFileSync("iptables", ["-P", "FORWARD", "DROP"]);
    const { prefix } = await setUpNetwork("0123abcd");
    const node = (number) => prefix + ".128." + number;
    ip("link add name br-0123456789ab type bridge");
    ip("address add " + node(1) + "/24 dev br-0123456789ab");
    ip("link set dev br-0123456789ab up");
    for (const [number, other] of [[2, 3], [3, 2]]) {
      const name = "node" + number;
      ip("netns add " + name);
      ip("link add name veth" + number + " type veth peer name eth0 netns " + name);
      ip("link set dev veth" + number + " master br-0123456789ab up");
      ip("-n " + name + " link set dev eth0 up");
      ip("-n " + name + " link set dev lo up");
      ip("-n " + name + " address add " + node(number) + "/24 dev eth0");
      ip("-n " + name + " address add 10.42." + number + ".1/32 dev lo");
      ip("-n " + name + " route add 10.42." + other + ".0/24 via " + node(other));
    }
    const inNode = (number, program) =>
      ["netns", "exec", "node" + number, process.execPath, "--input-type=commonjs", "-e", program];
    const server = spawn("ip", inNode(3, \`
      require("node:net").createServer((socket) => socket.end(socket.remoteAddress))
        .listen(80, "10.42.3.1", () => console.log("listening"));
    \`), { stdio: ["ignore", "pipe", "inherit"] });
    await once(server.stdout, "data");
    // Nothing when there is no answer.
    const ask = (localAddress) => spawnSync("ip", inNode(2, \`
      require("node:net").connect({ host: "10.42.3.1", port: 80, localAddress: "\${localAddress}" })
        .setTimeout(5_000, () => process.exit(1)).pipe(process.stdout);
    \`), { encoding: "utf8" }).stdout;
    const answers = { pod: ask("10.42.2.1"), node: ask(node(2)) === node(2) };
    server.kill();
    await tearDownNetwork("0123abcd");
    console.log(JSON.stringify(answers));
  `);
  expect(seen).toEqual({ pod: "10.42.2.1", node: true });
});
