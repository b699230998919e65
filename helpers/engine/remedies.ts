import type { Platform } from "./platform.ts";

/** What somebody can type to get a container engine on `platform`. */
export function installRemedy(platform: Platform): string {
  switch (platform) {
    case "debian":
      return "sudo apt-get install docker.io && sudo usermod -aG docker $USER, then log in again";
    case "fedora":
      return "sudo dnf install moby-engine && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, then log in again";
    case "arch":
      return "sudo pacman -S docker && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, then log in again";
    case "alpine":
      return "doas apk add docker && doas rc-service docker start && doas addgroup $USER docker, then log in again";
    case "suse":
      return "sudo zypper install docker && sudo systemctl enable --now docker && sudo usermod -aG docker $USER, then log in again";
    case "macos":
      return "brew install colima docker && colima start --memory 4, or install and open Docker Desktop";
    case "windows":
      return "install WSL 2 (wsl --install) and Docker Desktop, and run this inside the Linux distribution";
    default:
      return "install Docker (docs.docker.com/engine/install) or Podman, start it, and set DOCKER_HOST if its socket is elsewhere";
  }
}

/** What to do when Docker's daemon is installed but neither running nor ours to start. */
export function startRemedy(platform: Platform): string {
  if (platform === "macos" || platform === "windows") return "start Docker Desktop, or colima start";
  const start = platform === "alpine" ? "doas rc-service docker start" : "sudo systemctl enable --now docker";
  return `${start} and join the group docker (sudo usermod -aG docker $USER, then log in again), or run this as root`;
}

/** What to do about a socket that exists and cannot be opened. */
export function permissionRemedy(socket: string): string {
  return `join the group that owns it (sudo usermod -aG docker $USER, then log in again), or point DOCKER_HOST to an engine of your own; ls -l ${socket} shows whose it is`;
}
