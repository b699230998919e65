import { describe, expect, test } from "vitest";
import { capabilitiesMissingFrom } from "./capabilities.ts";

describe("capabilitiesMissingFrom", () => {
  test("names what the bounding set lacks", () => {
    expect(capabilitiesMissingFrom("Name:\tnode\nCapBnd:\t000001fffeffffff\n", 40)).toEqual([
      "CAP_SYS_RESOURCE",
    ]);
    expect(capabilitiesMissingFrom("CapBnd:\t000001fffefeffff\n", 40)).toEqual([
      "CAP_SYS_MODULE",
      "CAP_SYS_RESOURCE",
    ]);
  });

  test("is empty for a full set", () => {
    expect(capabilitiesMissingFrom("CapBnd:\t000001ffffffffff\n", 40)).toEqual([]);
  });

  test("does not miss what the kernel does not know", () => {
    expect(capabilitiesMissingFrom("CapBnd:\t0000003fffffffff\n", 37)).toEqual([]);
    expect(capabilitiesMissingFrom("CapBnd:\t0000003fffffffff\n", 40)).toEqual([
      "CAP_PERFMON",
      "CAP_BPF",
      "CAP_CHECKPOINT_RESTORE",
    ]);
  });
});
