import { z } from "zod";
import type { Context } from "./context.ts";
import { keptFact } from "./facts.ts";
import type { NodeImage } from "./node-image.ts";
import { probe } from "./probe.ts";
import { isReference } from "./reference.ts";

/** How long a server may take until it has written its manifests, in milliseconds; on an idle machine it takes 6 s. */
const TIMEOUT_MS = 180_000;

/** Images by the add-on that starts them, `coredns` say. */
export type ImagesByAddOn = Readonly<Record<string, readonly string[]>>;

/**
 * A server writes the manifests of its add-ons once its API answers. It has no node here, so it needs no privileges, and
 * starts nothing of what it writes; it wants a default route, but does not use it. It is not the first process: some
 * versions then want to move cgroups. The second of sleep lets a file that has just come be written to its end.
 */
const SHOW_MANIFESTS = `
cd /var/lib/rancher/k3s || exit 1
/bin/k3s server --disable-agent >/tmp/k3s.log 2>&1 &
for name in "$@"; do
  until [ -s "server/manifests/$name.yaml" ]; do
    kill -0 $! || { tail -n 5 /tmp/k3s.log; exit 1; }
    sleep 1
  done
done
sleep 1
for name in "$@"; do
  echo "add-on: $name"
  cat "server/manifests/$name.yaml"
done
`;

/**
 * The images that these add-ons of a k3s start, by its own manifests: a server of it is run for that, once. Those of a
 * node that does not tell are none, which is said.
 */
export async function askAddOnImages(
  context: Context,
  node: Pick<NodeImage, "engineName" | "reference" | "digest">,
  addOns: readonly string[],
): Promise<ImagesByAddOn> {
  const wanted = addOns.toSorted();
  try {
    return await keptFact(context, {
      key: ["add-ons", node.digest, ...wanted],
      schema: z.record(z.string(), z.array(z.string())),
      find: () =>
        context.progress.step(`asking ${node.reference} which images ${wanted.join(", ")} start`, () =>
          ask(context, node, wanted),
        ),
    });
  } catch (error) {
    context.signal?.throwIfAborted();
    context.progress.note(
      `${node.reference} doesn't tell which images ${wanted.join(", ")} start; they are not provided: ${error instanceof Error ? error.message : String(error)}`,
    );
    return {};
  }
}

async function ask(
  { engine, run }: Context,
  { engineName }: Pick<NodeImage, "engineName">,
  addOns: readonly string[],
): Promise<Record<string, string[]>> {
  const { output, exitCode } = await probe(engine.docker, run, engineName, addOns, {
    entrypoint: ["/bin/sh", "-c", SHOW_MANIFESTS, "k3s"],
    timeout: TIMEOUT_MS,
    network: "default",
  });
  if (exitCode !== 0) throw new Error(output.trim().split("\n").slice(-5).join("\n"));
  return imagesIn(output);
}

/** The images that the manifests name which {@link SHOW_MANIFESTS} prints. */
export function imagesIn(output: string): Record<string, string[]> {
  const [, ...manifests] = output.split(/^add-on: /m);
  return Object.fromEntries(
    manifests.map((text) => {
      const [addOn = ""] = text.split("\n", 1);
      const named = [...text.matchAll(/^\s*(?:- )?image: *["']?([^\s"']+)["']?\s*$/gm)].map(
        ([, name = ""]) => name,
      );
      return [addOn, [...new Set(named.filter(isReference))]];
    }),
  );
}
