import type { ManifestObject } from "../manifest.ts";
import { Problem } from "../problem.ts";
import { apiMessage, apiStatus, isOverloaded } from "./api.ts";

const CORRECT = "Correct the manifest.";

/**
 * What to tell when an object could not be applied: the API server's own words, and what helps. Nothing when there was no
 * answer at all: that is the cluster's trouble, not the manifest's.
 */
export function refusal({ kind, apiVersion, metadata }: ManifestObject, cause: unknown): Problem | undefined {
  const name = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  const refused = (why: string, remedy: string) =>
    new Problem(`the API server refuses ${kind} ${name}: ${why}`, remedy, { cause });
  const status = apiStatus(cause);
  if (isUnknownKind(status, cause)) return refused(`it knows no ${kind} of ${apiVersion}`, CORRECT);
  if (status === undefined) return undefined;
  const why = apiMessage(cause);
  return refused(why, remedyFor(status, why));
}

/** The client library asks first what the API version has, and finds no such version, or no such kind in it. */
function isUnknownKind(status: number | undefined, cause: unknown): boolean {
  const message = String(cause);
  if (message.includes("Unrecognized API")) return true;
  return status === 404 && message.includes("Failed to fetch resource metadata");
}

function remedyFor(status: number, why: string): string {
  // A field that is not in the schema, or of another type, is answered with status 500 by server-side apply, up to
  // Kubernetes 1.37 (apimachinery: managedfields/internal/structuredmerge.go).
  if (why.includes("failed to create typed patch object")) return CORRECT;
  if (isOverloaded(status)) return "See that the cluster works, and run it again.";
  if (status === 403) {
    return "See what the cluster permits: quotas, Pod Security, admission; and that the namespace is not just being deleted.";
  }
  return CORRECT;
}
