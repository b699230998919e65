import { existsSync, readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { Problem } from "../problem.ts";
import { systemPath } from "./install.ts";
import { overlap, parseRoutes, parseSubnet } from "./subnets.ts";

/**
 * Ranges for the private engine's networks, one is taken that the host has no route into. Kubernetes' own (10.42 and
 * 10.43) and Docker's first choices are not among them.
 */
const RANGES = [
  ...[20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30].map((octet) => `172.${octet}`),
  ...[211, 212, 213, 214, 215, 216, 217, 218].map((octet) => `10.${octet}`),
];

/** Addresses of Pods, on every node: they are seen on the engine's bridges, for nodes route them to each other. */
const PODS = "10.42.0.0/16";

/** As Docker names the bridges of the networks that it makes. */
const DOCKER_BRIDGE = /^br-[0-9a-f]{12}$/;

/** The network of one private engine: everything in it has the engine's id in its name. */
export interface PrivateNetwork {
  readonly bridge: string;
  /** First half of each address: the engine's range is `<prefix>.0.0/16`. */
  readonly prefix: string;
}

/** Name of the engine's bridge, at most 15 characters. */
export function bridgeOf(engineId: string): string {
  return `pt-${engineId}`;
}

/** The pool that Docker takes other networks from; it leaves the bridge's own subnet out. */
export function addressPool(network: PrivateNetwork): string {
  return `${network.prefix}.128.0/17`;
}

/**
 * Makes a bridge and forwarding rules of our own. Docker would otherwise take over `docker0` and the chains of any
 * other daemon on this host, or empty them. Forwarding itself is left as it is: where it is off, containers do not
 * reach the world outside, which no node needs; switched on it would make a router of the host.
 */
export async function setUpNetwork(engineId: string): Promise<PrivateNetwork> {
  const bridge = bridgeOf(engineId);
  const prefix = freeRange(engineId);
  await ip(
    `link add name ${bridge} type bridge\naddress add ${prefix}.0.1/24 dev ${bridge}\nlink set dev ${bridge} up\n`,
  );
  await addRules(chainOf(engineId), `${prefix}.0.0/16`);
  return { bridge, prefix };
}

/** Removes what {@link setUpNetwork} made, as well as the bridges that the engine made in its range. */
export async function tearDownNetwork(engineId: string): Promise<void> {
  const bridge = bridgeOf(engineId);
  // Where it never was there need not be an "ip" either.
  const addresses = isLink(bridge) ? await bridgeAddresses() : [];
  const own = addresses.find((candidate) => candidate.name === bridge);
  if (own) {
    const pool = parseSubnet(`${own.address.split(".").slice(0, 2).join(".")}.128.0/17`);
    const made = addresses.filter(
      ({ name, address }) => DOCKER_BRIDGE.test(name) && overlap(pool, parseSubnet(`${address}/32`)),
    );
    for (const { name } of made) await deleteLink(name);
  }
  // Last: its address tells which the others are.
  await deleteLink(bridge);
  await removeRules(chainOf(engineId));
}

function freeRange(engineId: string): string {
  const taken = parseRoutes(readFileSync("/proc/net/route", "utf8"));
  // Two engines that start side by side are likely to begin with different ones.
  const start = Number.parseInt(engineId, 16) % RANGES.length;
  const free = [...RANGES.slice(start), ...RANGES.slice(0, start)].find(
    (prefix) => !taken.some((subnet) => overlap(subnet, parseSubnet(`${prefix}.0.0/16`))),
  );
  if (free) return free;
  throw new Problem(
    "no free address range is left for a private container engine",
    "point DOCKER_HOST to an engine that runs already, or remove unused networks (docker network prune)",
  );
}

function chainOf(engineId: string): string {
  return `PROVEN-${engineId}`;
}

async function addRules(chain: string, range: string): Promise<void> {
  await addRulesForContainers(chain, range);
  await addRulesForPods(chain);
}

async function addRulesForContainers(chain: string, range: string): Promise<void> {
  // Containers may reach each other and the world; from the world only answers get in.
  const rules = [
    "*filter",
    `:${chain} - [0:0]`,
    `-A ${chain} -s ${range} -j ACCEPT`,
    `-A ${chain} -d ${range} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    `-A ${chain} -d ${range} -j DROP`,
    `-I FORWARD 1 -j ${chain}`,
    "COMMIT",
    "*nat",
    `:${chain} - [0:0]`,
    `-A ${chain} -s ${range} ! -d ${range} -j MASQUERADE`,
    `-I POSTROUTING 1 -j ${chain}`,
    "COMMIT",
  ];
  await restore(rules);
}

/**
 * Some hosts filter what stays within a bridge, too (`net.bridge.bridge-nf-call-iptables`, which Docker switches on):
 * between Pods it may pass, and whoever speaks to a Pod of another node does so under his own address. Apart from the
 * others, for not every kernel has the match.
 */
async function addRulesForPods(chain: string): Promise<void> {
  const withinBridge = "-m physdev --physdev-is-bridged";
  await restore([
    "*filter",
    `-I ${chain} 1 ${withinBridge} -s ${PODS} -d ${PODS} -j ACCEPT`,
    "COMMIT",
    "*nat",
    `-I ${chain} 1 ${withinBridge} -j RETURN`,
    "COMMIT",
  ]);
}

async function removeRules(chain: string): Promise<void> {
  for (const [table, parent] of [
    ["filter", "FORWARD"],
    ["nat", "POSTROUTING"],
  ]) {
    await restore([`*${table}`, `-D ${parent} -j ${chain}`, `-F ${chain}`, `-X ${chain}`, "COMMIT"]);
  }
}

/** All of a table's rules or none: containers do without them. */
async function restore(rules: readonly string[]): Promise<void> {
  await execa("iptables-restore", ["--noflush", "--wait", "5"], {
    input: `${rules.join("\n")}\n`,
    env: { PATH: systemPath() },
    reject: false,
  });
}

/** Bridges of this host, whoever made them. */
function bridges(): string[] {
  return readdirSync("/sys/class/net").filter((name) => existsSync(`/sys/class/net/${name}/bridge`));
}

async function bridgeAddresses(): Promise<{ name: string; address: string }[]> {
  const { stdout } = await execa("ip", ["-o", "-4", "address", "show"], { env: { PATH: systemPath() } });
  const names = new Set(bridges());
  return stdout
    .split("\n")
    .map((line) => /^\d+:\s+(\S+)\s+inet\s+([\d.]+)/.exec(line))
    .flatMap((match) => (match?.[1] && match[2] ? [{ name: match[1], address: match[2] }] : []))
    .filter(({ name }) => names.has(name));
}

async function deleteLink(name: string): Promise<void> {
  try {
    if (isLink(name)) await ip(`link delete dev ${name}\n`);
  } catch (error) {
    // Somebody else, its engine say, may have been quicker.
    if (isLink(name)) throw error;
  }
}

function isLink(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

async function ip(batch: string): Promise<void> {
  const { failed, stderr } = await execa("ip", ["-batch", "-"], {
    input: batch,
    env: { PATH: systemPath() },
    reject: false,
  });
  if (!failed) return;
  throw new Problem(
    `the private container engine gets no network here: ${stderr.trim().split("\n")[0]}`,
    "In a container, run that one with --privileged; or set DOCKER_HOST to an engine that runs.",
  );
}
