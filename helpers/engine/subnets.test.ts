import { expect, test } from "vitest";
import { overlap, parseRoutes, parseSubnet } from "./subnets.ts";

const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010010AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000010AC\t00000000\t0001\t0\t0\t0\t00F0FFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
`;

test("reads the kernel's routes without the default one", () => {
  expect(parseRoutes(ROUTES)).toEqual([parseSubnet("172.16.0.0/20"), parseSubnet("172.17.0.0/16")]);
});

test.each([
  ["10.0.0.0/8", "10.211.0.0/16", true],
  ["172.20.1.0/24", "172.20.0.0/16", true],
  ["172.20.0.0/16", "172.21.0.0/16", false],
  ["0.0.0.0/0", "192.168.1.1/32", true],
])("%s and %s overlap: %s", (a, b, expected) => {
  expect(overlap(parseSubnet(a), parseSubnet(b))).toBe(expected);
});
