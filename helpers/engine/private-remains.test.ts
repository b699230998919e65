import { expect, test } from "vitest";
import { mountPoints } from "./private-remains.ts";

test("reads mount points with blanks and other letters", () => {
  const mountinfo = [
    "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "40 22 0:35 / /home/a\\040b/café/overlay rw - overlay overlay rw,lowerdir=/x",
    "",
  ].join("\n");
  expect(mountPoints(mountinfo)).toEqual(["/", "/home/a b/café/overlay"]);
});
