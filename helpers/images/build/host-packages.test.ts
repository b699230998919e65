import { expect, test } from "vitest";
import { thisPlatform } from "../../engine/platform.ts";
import { testContext, testFolder } from "../testing/context.ts";
import { requirePrograms } from "./host-packages.ts";

const MISSING = { program: "no-such-program", packages: ["no-such-package"] };

test("nothing happens when all programs are there", async () => {
  await using folder = await testFolder();
  await requirePrograms(testContext(folder.path), [{ program: "sh", packages: ["dash"] }], "whoami");
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
