import { expect, test } from "vitest";
import { programsIn } from "./memory.ts";

test("processes of one program are summed up, in MiB", () => {
  const text = [
    "/bin/k3s Pss:               10240 kB",
    "/bin/aux/containerd Pss:    40960 kB",
    "/pause Pss:                   512 kB",
    "/pause Pss:                   512 kB",
    " Pss:                           0 kB",
    "",
  ].join("\n");
  expect(programsIn(text)).toEqual({ k3s: 10, containerd: 40, pause: 1 });
});
