import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { portProxy } from "./port-proxy.ts";

test("listens on loopback whatever address it is given, and passes the rest on", () => {
  const folder = mkdtempSync(join(tmpdir(), "proxy-"));
  const proxy = join(folder, "proxy");
  writeFileSync(proxy, portProxy("/bin/echo"));
  chmodSync(proxy, 0o755);
  const run = (...words: string[]) => execFileSync(proxy, words, { encoding: "utf8" }).trim();
  expect(run("-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "80", "-container-ip", "172.20.0.2")).toBe(
    "-proto tcp -host-ip 127.0.0.1 -host-port 80 -container-ip 172.20.0.2",
  );
  expect(run("-host-ip", "::", "-host-port", "80")).toBe("-host-ip ::1 -host-port 80");
  rmSync(folder, { recursive: true });
});
