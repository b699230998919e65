import type { Step } from "../evidence/transcript.ts";
import type { TimelineRecord } from "../timeline.ts";
import { type NamespacesPicture, namespacesIn } from "./namespaces-picture.ts";
import { type OwnersPicture, ownersIn } from "./owners-picture.ts";
import { pictureOfTimeline, type TimelinePicture } from "./timeline-picture.ts";

/** What can be drawn of the evidence of one claim. */
export type Picture = TimelinePicture | NamespacesPicture | OwnersPicture;

/** The pictures that a claim's evidence is good for. */
export function picturesOf(steps: readonly Step[], timelines: readonly TimelineRecord[]): readonly Picture[] {
  return [...namespacesIn(steps), ...ownersIn(steps), ...timelines.map(pictureOfTimeline)];
}
