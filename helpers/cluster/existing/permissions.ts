import type { Api } from "../api.ts";

/** Something that the run will do in the cluster. */
export interface Permission {
  readonly verb: string;
  /** The API group; empty for the core. */
  readonly group: string;
  /** As RBAC names it, with its subresource: `pods/exec`. */
  readonly resource: string;
  /** It is needed in the run's own namespaces only. */
  readonly namespaced: boolean;
}

/** What chapters do with the objects that their manifests name, and with what becomes of them. */
const VERBS = ["create", "get", "list", "watch", "patch", "update", "delete"];

/** What every chapter works with, beside the kinds of its manifests: group, resource and verbs. */
const EVERYWHERE: readonly (readonly [group: string, resource: string, verbs: readonly string[]])[] = [
  ["", "pods", [...VERBS, "deletecollection"]],
  ["", "pods/exec", ["create"]],
  ["", "pods/log", ["get"]],
  ["", "events", ["list"]],
  ["", "serviceaccounts", ["get"]],
];

const OF_CLUSTER: typeof EVERYWHERE = [
  ["", "namespaces", ["create", "get", "list", "patch", "delete"]],
  ["", "nodes", ["get", "list"]],
];

/** What it takes to know whether volumes are made, and when they are gone again. */
const OF_VOLUMES: typeof EVERYWHERE = [
  ["", "persistentvolumes", ["list"]],
  ["storage.k8s.io", "storageclasses", ["list"]],
];

const SCALE = ["get", "patch", "update"];

/** What the commands of some chapters need beyond that. */
const OF_CHAPTER: Readonly<Record<string, typeof EVERYWHERE>> = {
  "04-replicaset": [["apps", "replicasets/scale", SCALE]],
  "05-deployment": [
    ["apps", "deployments/scale", SCALE],
    ["apps", "replicasets", ["get", "list", "watch", "delete"]],
    ["discovery.k8s.io", "endpointslices", ["list"]],
  ],
  "06-statefulset": [
    ["apps", "statefulsets/scale", SCALE],
    ["apps", "controllerrevisions", ["get", "list"]],
    ["", "persistentvolumeclaims", ["get", "list", "delete"]],
  ],
  "10-serviceaccount": [
    ["", "serviceaccounts/token", ["create"]],
    // kubectl --as=system:serviceaccount:…
    ["", "serviceaccounts", ["impersonate"]],
  ],
};

/** The plural by which RBAC knows a kind that manifests name. */
function resourceOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

/** What a run of these chapters, with these kinds of objects, and with or without volumes, will do. */
export function permissionsFor(
  chapters: readonly string[],
  objects: readonly { apiVersion: string; kind: string }[],
  needStorage: boolean,
): Permission[] {
  const kinds = objects
    .filter(({ kind }) => kind !== "Namespace" && kind !== "Pod")
    .map(({ apiVersion, kind }) => `${groupOf(apiVersion)} ${resourceOf(kind)}`);
  return [
    ...[...OF_CLUSTER, ...(needStorage ? OF_VOLUMES : [])].flatMap(([group, resource, verbs]) =>
      verbs.map((verb) => ({ verb, group, resource, namespaced: false })),
    ),
    ...[...EVERYWHERE, ...chapters.flatMap((id) => OF_CHAPTER[id] ?? [])].flatMap(
      ([group, resource, verbs]) => verbs.map((verb) => ({ verb, group, resource, namespaced: true })),
    ),
    ...[...new Set(kinds)].flatMap((kind) => {
      const [group = "", resource = ""] = kind.split(" ");
      return VERBS.map((verb) => ({ verb, group, resource, namespaced: true }));
    }),
  ];
}

/**
 * Which of these the user does not have, by the cluster's own word: a SelfSubjectAccessReview each
 * (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access).
 */
export async function missingPermissions(
  { authorization }: Api,
  namespace: string,
  wanted: readonly Permission[],
): Promise<Permission[]> {
  const allowed = await Promise.all(
    wanted.map(async ({ verb, group, resource, namespaced }) => {
      const [name = "", subresource] = resource.split("/");
      const { status } = await authorization.createSelfSubjectAccessReview({
        body: {
          spec: {
            resourceAttributes: {
              verb,
              group,
              resource: name,
              ...(subresource !== undefined && { subresource }),
              ...(namespaced && { namespace }),
            },
          },
        },
      });
      return status?.allowed === true;
    }),
  );
  return wanted.filter((_, index) => !allowed[index]);
}

/** Permissions as a reader takes them in: a line a resource, such as `namespaces: create, delete`. */
export function describePermissions(permissions: readonly Permission[]): string[] {
  const name = ({ resource, group }: Permission) => (group === "" ? resource : `${resource}.${group}`);
  const byResource = Map.groupBy(permissions, name);
  return [...byResource].map(([resource, of]) => `${resource}: ${of.map(({ verb }) => verb).join(", ")}`);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}
