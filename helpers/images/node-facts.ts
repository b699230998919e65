import { z } from "zod";
import { Problem } from "../problem.ts";
import type { Context } from "./context.ts";
import { type EngineImage, KUBERNETES_LABEL } from "./engine-image.ts";
import { keptFact } from "./facts.ts";
import { probe } from "./probe.ts";
import { familiarName, fullName, parseReference } from "./reference.ts";

/** Repository of the real thing. */
const K3S_PATH = "rancher/k3s";
const K3S_TAG = /^(v\d+\.\d+\.\d+)(?:-rc\d+)?-k3s\d+/;
const VERSION = /\bv\d+\.\d+\.\d+/;
const PAUSE_FLAG = /--pause-image\b[^\n]*?\(default: "?([^")\s]+)"?\)/;

const factsSchema = z.object({
  kind: z.enum(["k3s", "offline node", "custom"]),
  kubernetesVersion: z.string(),
  pauseImage: z.string(),
});

/** What has to be known about a node's image before it starts. */
export type NodeFacts = z.infer<typeof factsSchema>;

/** Finds out about a node's image: by its label and tag, and by asking it. What was found is kept. */
export async function nodeFacts(context: Context, image: EngineImage, reference: string): Promise<NodeFacts> {
  return keptFact(context, {
    // Its name tells about an image too.
    key: [image.id, fullName(reference)],
    schema: factsSchema,
    find: () =>
      context.progress.step(`asking ${reference} what it is`, () => askImage(context, image, reference)),
  });
}

async function askImage(context: Context, image: EngineImage, reference: string): Promise<NodeFacts> {
  const { run } = context;
  const { docker } = context.engine;
  const help = await probe(docker, run, image.name, ["server", "--help"]);
  const pauseImage = pauseImageOf(help.output);
  if (!pauseImage) throw notK3s(reference, "its server --help doesn't know --pause-image", help.output);
  const named = versionByName(image, reference);
  const answer =
    named && kindOf(image, reference, "") !== "custom"
      ? undefined
      : await probe(docker, run, image.name, ["--version"]);
  const kubernetesVersion = named ?? VERSION.exec(answer?.output ?? "")?.[0];
  if (!kubernetesVersion)
    throw notK3s(reference, "its --version names no Kubernetes version", answer?.output ?? "");
  return { kind: kindOf(image, reference, answer?.output ?? ""), kubernetesVersion, pauseImage };
}

/** The sandbox's image that `server --help` names as the default. */
export function pauseImageOf(help: string): string | undefined {
  return PAUSE_FLAG.exec(help)?.[1];
}

/** The Kubernetes version that an image's label or its tag names. */
export function versionByName(image: Pick<EngineImage, "labels">, reference: string): string | undefined {
  return image.labels[KUBERNETES_LABEL] ?? K3S_TAG.exec(parseReference(reference).tag ?? "")?.[1];
}

/** What kind of node an image is: told by its label, then its name, then by what it says of itself. */
export function kindOf(
  image: Pick<EngineImage, "labels">,
  reference: string,
  version: string,
): NodeFacts["kind"] {
  if (image.labels[KUBERNETES_LABEL]) return "offline node";
  if (parseReference(reference).path.endsWith(K3S_PATH) || /^k3s version v[\d.]+\S*\+k3s\d/m.test(version))
    return "k3s";
  return "custom";
}

function notK3s(reference: string, reason: string, output: string): Problem {
  return new Problem(
    `${familiarName(reference)} is not a k3s node: ${reason}`,
    "name a rancher/k3s image (rancher/k3s:v1.36.3-k3s1 say), or one that keeps its contract",
    { details: output.trim().split("\n").slice(-10) },
  );
}
