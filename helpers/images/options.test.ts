import { describe, expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { contextOf } from "./options.ts";
import { keptProgress } from "./testing/context.ts";

describe("what the environment says", () => {
  test("about where images come from", () => {
    expect(context({})).toMatchObject({ policy: "auto", mirror: undefined });
    expect(context({ IMAGES: "build" }).policy).toBe("build");
    expect(context({ IMAGES: "pull", REGISTRY_MIRROR: "localhost:5000" })).toMatchObject({
      policy: "pull",
      mirror: "localhost:5000",
    });
    expect(context({ REGISTRY_MIRROR: "registry.example/cache/" }).mirror).toBe("registry.example/cache/");
  });

  test.each([
    [{ IMAGES: "never" }, "IMAGES=never means nothing"],
    [{ REGISTRY_MIRROR: "http://localhost:5000" }, "REGISTRY_MIRROR=http://localhost:5000 is not a registry"],
    [{ REGISTRY_MIRROR: "localhost 5000" }, "is not a registry"],
    [{ REGISTRY_MIRROR: "traefik" }, "REGISTRY_MIRROR=traefik is not a registry"],
  ])("%j is a problem", (env, message) => {
    expect(() => context(env)).toThrow(message);
  });

  function context(env: NodeJS.ProcessEnv) {
    return contextOf({ engine: {} as Engine, progress: keptProgress(), cache: "/nowhere", env });
  }
});
