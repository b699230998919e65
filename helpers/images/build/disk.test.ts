import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireSpace } from "./disk.ts";

test("a disk with enough space is fine, one without is named", async () => {
  await requireSpace(tmpdir(), 1, "whoami");
  await requireSpace(join(tmpdir(), "not", "there", "yet"), 1, "whoami");
  await expect(requireSpace(tmpdir(), 2 ** 60, "whoami")).rejects.toMatchObject({
    message: expect.stringMatching(/has [\d.]+ GiB free and building whoami needs about 1073741824\.0 GiB$/),
    remedy: expect.stringContaining(`there, or put the cache on another disk`),
  });
});
