import { NotObservable } from "./chapter/outcome.ts";
import { CommandError, type Output } from "./kubectl.ts";
import type { NodeCommand } from "./namespaces.ts";

/** What a node's container runtime tells of a Pod's sandbox and containers, through its command line on the node. */
export interface ContainerRuntime {
  /** The id of the sandbox of the Pod with this UID. @throws {NotObservable} when the runtime knows none */
  sandbox(uid: string): Promise<string>;
  /** The first process of a sandbox or a container, by its id. @throws {NotObservable} when it is not told */
  pid(id: string, kind: "sandbox" | "container"): Promise<number>;
  /** The name of the image that a sandbox was made from. @throws {NotObservable} when it is not told */
  sandboxImage(id: string): Promise<string>;
}

/** The means to ask a runtime of this kind, as the Node object names it: `containerd`, `docker`, … */
export function containerRuntime(kind: string, node: NodeCommand): ContainerRuntime {
  return kind === "docker" ? docker(node) : cri(node);
}

/** Any runtime that speaks CRI: crictl is a part of k3s, and of what keeps its contract; other clusters may lack it. */
function cri(node: NodeCommand): ContainerRuntime {
  const ask = asking(node, "crictl");
  const only = (template: string) => ["--output", "go-template", "--template", template];
  return {
    async sandbox(uid) {
      return idIn(await ask(["pods", "--quiet", "--label", `io.kubernetes.pod.uid=${uid}`]), uid);
    },
    async pid(id, kind) {
      const command = kind === "sandbox" ? "inspectp" : "inspect";
      return pidIn(await ask([command, ...only("{{.info.pid}}"), id]));
    },
    async sandboxImage(id) {
      const sandbox = await ask(["inspectp", ...only("{{.info.image}}"), id]);
      // Some runtimes tell the image's id: its tags have the name.
      const tags = await ask(["inspecti", ...only("{{index .status.repoTags 0}}"), sandbox.text]);
      return pauseImageIn(tags);
    },
  };
}

/**
 * Docker below dockershim or cri-dockerd, which tell crictl neither process ids nor images: Docker's own command line
 * does, as in the article. The labels are dockershim's, which cri-dockerd took over
 * (https://github.com/kubernetes/kubernetes/blob/v1.23.17/pkg/kubelet/dockershim/docker_service.go).
 */
function docker(node: NodeCommand): ContainerRuntime {
  const ask = asking(node, "docker");
  const inspect = (id: string, template: string) => ask(["inspect", "--format", template, id]);
  return {
    async sandbox(uid) {
      const labels = [`io.kubernetes.pod.uid=${uid}`, "io.kubernetes.docker.type=podsandbox"];
      const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
      return idIn(await ask(["ps", "--quiet", "--no-trunc", ...filters]), uid);
    },
    async pid(id) {
      const answer = await inspect(id, "{{.State.Pid}}");
      if (answer.text === "0") throw new Error(`container ${id} is not running`);
      return pidIn(answer);
    },
    sandboxImage: async (id) => pauseImageIn(await inspect(id, "{{.Config.Image}}")),
  };
}

/** Runs a program on the node. A node that has no such program can't be asked. */
function asking(node: NodeCommand, program: string): (args: readonly string[]) => Promise<Output> {
  return async (args) => {
    try {
      return await node`${program} ${args}`;
    } catch (error) {
      if (error instanceof CommandError && (error.exitCode === 126 || error.exitCode === 127)) {
        throw new NotObservable(`the node has no ${program} command to ask its container runtime with`);
      }
      throw error;
    }
  };
}

function idIn({ lines: [id] }: Output, uid: string): string {
  if (!id) throw new NotObservable(`the runtime knows no sandbox of the Pod with UID ${uid}`);
  return id;
}

function pidIn({ command, text }: Output): number {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) throw new NotObservable(`${command} tells no process id`);
  return pid;
}

function pauseImageIn({ text }: Output): string {
  if (!text.includes("pause")) throw new NotObservable(`the runtime names no pause image: ${text}`);
  return text;
}
