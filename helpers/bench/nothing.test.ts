import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../paths.ts";
import { environmentOfNothing } from "./nothing.ts";

test("caches, engines and this checkout's own programs are left out", () => {
  const env = {
    PATH: `${join(PROJECT_ROOT, "node_modules/.bin")}:/usr/bin`,
    LANG: "C.UTF-8",
    XDG_CACHE_HOME: "/some/cache",
    GOCACHE: "/some/go",
    DOCKER_HOST: "unix:///some.sock",
    NODE_COMPILE_CACHE: "/some/node",
  };
  expect(environmentOfNothing(env)).toEqual({ LANG: "C.UTF-8", PATH: "/usr/bin" });
});
