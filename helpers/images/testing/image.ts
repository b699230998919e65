import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Dockerode from "dockerode";
import { loadImage } from "../build/assemble.ts";
import { buildImage } from "../build/build.ts";
import { FileTree } from "../build/file-tree.ts";
import type { Context } from "../context.ts";
import { parseReference } from "../reference.ts";
import { testFolder } from "./context.ts";

/** A program that knows as much of k3s' command line as is asked of an image. */
const NODE_PROGRAM = `package main

import (
	"fmt"
	"os"
)

func main() {
	if os.Args[1] == "--version" {
		fmt.Println("Kubernetes v1.30.4 of somebody")
		return
	}
	fmt.Println("   --pause-image value  (agent/runtime) Customized pause image (default: \\"rancher/pause:3.1\\")")
}
`;

/** Gives the engine an image with one small file in it. */
export async function loadSmallImage(
  context: Context,
  name: string,
  options: { content?: string; labels?: Record<string, string> } = {},
): Promise<void> {
  await using folder = await testFolder();
  const source = join(folder.path, "file");
  const layer = join(folder.path, "layer.tar");
  await writeFile(source, options.content ?? name);
  await new FileTree().writeLayer(layer, [{ kind: "file", path: "/file", source, mode: 0o644 }]);
  const config = { env: {}, volumes: [], expose: [], labels: {}, cmd: ["/file"] };
  await loadImage(context, { name, layers: [layer], config, labels: options.labels ?? {} });
}

/** Gives the engine an image, under `name`, that answers as a node's does. */
export async function loadNodeLikeImage(context: Context, name: string): Promise<void> {
  await using folder = await testFolder();
  const recipeFolder = join(folder.path, "nodelike");
  await mkdir(recipeFolder);
  await writeFile(join(recipeFolder, "go.mod"), "module nodelike\n\ngo 1.25\n");
  await writeFile(join(recipeFolder, "main.go"), NODE_PROGRAM);
  const recipe = { go: [{ dir: ".", outputs: { ".": "/bin/k3s" } }], image: { entrypoint: ["/bin/k3s"] } };
  await writeFile(join(recipeFolder, "recipe.json"), JSON.stringify(recipe));
  const built = await buildImage(context, recipeFolder, context.lock.kubernetes);
  await retag(context.engine.docker, built.name, name);
}

/** Has the engine push `image` as `name`, forget it, and returns its digest. */
export async function pushAs(docker: Dockerode, image: string, name: string): Promise<string> {
  await retag(docker, image, name);
  const stream = await docker
    .getImage(name)
    .push({ authconfig: { username: "", password: "", serveraddress: "" } });
  let said = "";
  for await (const chunk of stream) said += chunk.toString("utf8");
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
  if (!digest) throw new Error(`nothing was pushed: ${said}`);
  await docker.getImage(name).remove();
  return digest;
}

async function retag(docker: Dockerode, image: string, name: string): Promise<void> {
  if (image === name) return;
  const { registry, path, tag = "latest" } = parseReference(name);
  await docker.getImage(image).tag({ repo: `${registry === "docker.io" ? "" : `${registry}/`}${path}`, tag });
  await docker.getImage(image).remove();
}
