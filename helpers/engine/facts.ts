import type Dockerode from "dockerode";
import { Problem } from "../problem.ts";

/** What an engine tells about itself; it may live on another machine. */
export interface EngineFacts {
  readonly name: "docker" | "podman";
  readonly version: string;
  readonly architecture: "amd64" | "arm64";
  readonly cgroupVersion: 1 | 2;
}

/** Asks the engine. */
export async function engineFacts(docker: Dockerode): Promise<EngineFacts> {
  const [info, version] = await Promise.all([docker.info(), docker.version()]);
  return factsFrom(info, version);
}

/** Puts together what `docker info` and `docker version` say. */
export function factsFrom(
  info: {
    Architecture: string;
    CgroupVersion?: string;
    OSType?: string;
    SecurityOptions?: readonly string[] | null;
  },
  version: { Version: string; Components?: readonly { Name: string; Version: string }[] },
): EngineFacts {
  const podman = version.Components?.find(({ Name }) => Name === "Podman Engine");
  if (info.OSType && info.OSType !== "linux") {
    throw new Problem(
      `the container engine runs ${info.OSType} containers`,
      "switch it to Linux containers (Docker Desktop: the menu of its icon)",
    );
  }
  if (info.SecurityOptions?.some((option) => option.startsWith("name=userns"))) {
    throw new Problem(
      "the container engine remaps users (userns-remap), and so gives no container the privileges that a k3s node needs",
      "set DOCKER_HOST to an engine without userns-remap",
    );
  }
  return {
    name: podman ? "podman" : "docker",
    version: podman?.Version ?? version.Version,
    architecture: architectureOf(info.Architecture),
    // Docker before 20.10 does not say: it knows version 1 only.
    cgroupVersion: info.CgroupVersion === "2" || info.CgroupVersion === "v2" ? 2 : 1,
  };
}

function architectureOf(name: string): "amd64" | "arm64" {
  if (name === "x86_64" || name === "amd64") return "amd64";
  if (name === "aarch64" || name === "arm64") return "arm64";
  throw new Problem(
    `the container engine runs on ${name}, for which there are no images`,
    "set DOCKER_HOST to an engine on amd64 or arm64",
  );
}
