/** A range of IPv4 addresses. */
export interface Subnet {
  readonly address: number;
  readonly bits: number;
}

/** Reads `10.1.0.0/16`. */
export function parseSubnet(text: string): Subnet {
  const [address = "", bits = "32"] = text.split("/");
  const octets = address.split(".").map(Number);
  return { address: octets.reduce((sum, octet) => sum * 256 + octet, 0), bits: Number(bits) };
}

/** Whether the two share an address. */
export function overlap(a: Subnet, b: Subnet): boolean {
  const bits = Math.min(a.bits, b.bits);
  return prefix(a.address, bits) === prefix(b.address, bits);
}

/** The ranges that `/proc/net/route` has a route to, its default route left out. */
export function parseRoutes(table: string): Subnet[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .flatMap(([, destination, , , , , , mask]) =>
      destination && mask ? [{ address: littleEndian(destination), bits: ones(littleEndian(mask)) }] : [],
    )
    .filter(({ bits }) => bits > 0);
}

function prefix(address: number, bits: number): number {
  return Math.floor(address / 2 ** (32 - bits));
}

function littleEndian(hex: string): number {
  return Buffer.from(hex, "hex").readUInt32LE();
}

function ones(mask: number): number {
  return mask.toString(2).replaceAll("0", "").length;
}
