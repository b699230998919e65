import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thisPlatform } from "../../engine/platform.ts";
import { testContext, testFolder } from "../testing/context.ts";
import { GCC, requirePrograms } from "./host-packages.ts";

const MISSING = { program: "no-such-program", packages: ["no-such-package"] };

test("nothing happens when all programs are there", async () => {
  await using folder = await testFolder();
  await requirePrograms(testContext(folder.path), [{ program: "sh", packages: ["dash"] }], "whoami");
});

test("what a program is of no use without is looked for as well", async () => {
  await using folder = await testFolder();
  const companion = { what: "its library", isThere: () => false };
  const needed = requirePrograms(
    testContext(folder.path),
    [{ program: "sh", packages: ["dash", "no-such-library"], companion }],
    "whoami",
    { ...process.env, ENGINE_INSTALL: "never" },
  );
  await expect(needed).rejects.toMatchObject({
    message: expect.stringContaining("whoami can't be built: its library (for sh) cannot be found"),
    remedy: expect.stringContaining(thisPlatform() === "debian" ? "no-such-library" : "Debian or Ubuntu"),
  });
});

test("a compiler without a static C library is known", async () => {
  await using folder = await testFolder();
  const compiler = join(folder.path, "cc");
  await writeFile(compiler, '#!/bin/sh\necho "${1#-print-file-name=}"\n', { mode: 0o755 });
  expect(await GCC.companion?.isThere(compiler)).toBe(false);
  await writeFile(compiler, '#!/bin/sh\necho "/usr/lib/${1#-print-file-name=}"\n', { mode: 0o755 });
  expect(await GCC.companion?.isThere(compiler)).toBe(true);
});

test("what is missing is named, with what to do here", async () => {
  await using folder = await testFolder();
  const needed = requirePrograms(testContext(folder.path), [MISSING], "whoami", {
    ...process.env,
    ENGINE_INSTALL: "never",
  });
  await expect(needed).rejects.toMatchObject({
    name: "Problem",
    message: expect.stringContaining("whoami can't be built: no-such-program cannot be found"),
    remedy: expect.stringContaining(
      thisPlatform() === "debian" ? "apt-get install no-such-package" : "Debian or Ubuntu",
    ),
  });
});
