import type Dockerode from "dockerode";
import { expect, test } from "vitest";
import { runLabels, thisRun } from "../run.ts";
import { describeRemoved, removeAllOf, removeImages } from "./leftovers.ts";

test("tells what was removed", () => {
  expect(describeRemoved({ containers: 2, networks: 1, volumes: 0 })).toBe("2 containers, 1 network");
  expect(describeRemoved({ containers: 0, networks: 0, volumes: 0 })).toBeUndefined();
});

/** An engine with what `listings` holds at one look after the other; says what is removed. */
function engine(listings: { containers?: string[]; networks?: string[] }[], labels: Record<string, string>) {
  const removed: string[] = [];
  let look = -1;
  const docker = {
    listContainers: async () => {
      look += 1;
      return (listings[look]?.containers ?? []).map((Id) => ({ Id, Labels: labels }));
    },
    listNetworks: async () => (listings[look]?.networks ?? []).map((Id) => ({ Id, Labels: labels })),
    listVolumes: async () => ({ Volumes: [] }),
    getContainer: (id: string) => ({ remove: async () => void removed.push(id) }),
    getNetwork: (id: string) => ({
      remove: async () => {
        // A container came after the look, and uses it.
        if (listings[look + 1]?.containers) throw Object.assign(new Error("in use"), { statusCode: 403 });
        removed.push(id);
      },
    }),
  };
  return { docker: docker as unknown as Dockerode, removed, looks: () => look + 1 };
}

test("a container that comes while a run's things are removed is removed as well, and then its network", async () => {
  const run = thisRun();
  const { docker, removed } = engine(
    [{ containers: ["a"], networks: ["net"] }, { containers: ["b"], networks: ["net"] }, {}],
    runLabels(run),
  );
  await removeAllOf(docker, run);
  expect(removed).toEqual(["a", "b", "net"]);
});

test("a container that others have joined is removed after them", async () => {
  const run = thisRun();
  const chain = ["pause", "whoami", "nettool"];
  const { docker, removed } = engine([{ containers: chain }, {}], runLabels(run));
  const getContainer = docker.getContainer.bind(docker);
  docker.getContainer = ((id: string) => ({
    remove: async () => {
      const next = chain[chain.indexOf(id) + 1];
      if (next && !removed.includes(next))
        throw Object.assign(new Error("has dependent containers"), { statusCode: 500 });
      await getContainer(id).remove();
    },
  })) as unknown as Dockerode["getContainer"];
  await removeAllOf(docker, run);
  expect(removed).toEqual(["nettool", "whoami", "pause"]);
});

test("what cannot be removed is looked for three times", async () => {
  const run = thisRun();
  const always = { containers: ["a"], networks: ["net"] };
  const { docker, looks } = engine([always, always, always, always], runLabels(run));
  await expect(removeAllOf(docker, run)).rejects.toThrow("in use");
  expect(looks()).toBe(3);
});

test("images go by our names, and nameless ones by our labels; what others made from ours stays", async () => {
  const Labels = { "proven-tutorial.recipe": "0123" };
  const images = [
    { Id: "1", RepoTags: ["proven-tutorial/node:1", "mine:latest"], Labels },
    { Id: "2", RepoTags: ["localhost/proven-tutorial/whoami:2"], Labels },
    { Id: "3", RepoTags: ["somebody/app:1"], Labels },
    { Id: "4", RepoTags: ["example.org/proven-tutorial/node:1"], Labels },
    { Id: "5", RepoTags: ["docker.io/proven-tutorial/node:1"], Labels: {} },
  ];
  const dangling = [{ Id: "6", Labels }, { Id: "7", Labels: { theirs: "1" } }, { Id: "8" }];
  const removed: unknown[] = [];
  const docker = {
    listImages: async (options?: object) => (options ? dangling : images),
    getImage: (name: string) => ({ remove: async (options?: object) => void removed.push([name, options]) }),
  };
  expect(await removeImages(docker as unknown as Dockerode)).toBe(4);
  expect(removed).toEqual(
    [
      "proven-tutorial/node:1",
      "localhost/proven-tutorial/whoami:2",
      "docker.io/proven-tutorial/node:1",
      "6",
    ].map((name) => [name, undefined]),
  );
});
