import { expect, test } from "vitest";
import { factsFrom } from "./facts.ts";

test("tells Docker on amd64", () => {
  const info = { Architecture: "x86_64", CgroupVersion: "2", OSType: "linux" };
  expect(factsFrom(info, { Version: "28.3.0", Components: [{ Name: "Engine", Version: "28.3.0" }] })).toEqual(
    {
      name: "docker",
      version: "28.3.0",
      architecture: "amd64",
      cgroupVersion: 2,
    },
  );
});

test("tells Podman on arm64, by its own version", () => {
  const info = { Architecture: "arm64", CgroupVersion: "v2" };
  const version = { Version: "5.4.0", Components: [{ Name: "Podman Engine", Version: "5.4.0" }] };
  expect(factsFrom(info, version)).toEqual({
    name: "podman",
    version: "5.4.0",
    architecture: "arm64",
    cgroupVersion: 2,
  });
});

test("an engine that does not tell its cgroup version knows the first only", () => {
  expect(factsFrom({ Architecture: "aarch64" }, { Version: "19.03" })).toMatchObject({
    architecture: "arm64",
    cgroupVersion: 1,
  });
});

test("refuses what nothing was built for", () => {
  expect(() => factsFrom({ Architecture: "riscv64" }, { Version: "28" })).toThrow(/riscv64/);
  expect(() => factsFrom({ Architecture: "x86_64", OSType: "windows" }, { Version: "28" })).toThrow(
    /windows containers/,
  );
  const remapped = {
    Architecture: "x86_64",
    SecurityOptions: ["name=seccomp,profile=default", "name=userns"],
  };
  expect(() => factsFrom(remapped, { Version: "28" })).toThrow(/userns-remap/);
});
