import { instance } from "@viz-js/viz";
import type { OwnersPicture } from "../../../helpers/book/owners-picture.ts";

const graphviz = await instance();

/** Graphviz wants a colour; the page's own takes its place. */
const INK = "#010203";

/** A tree for each owner that nobody owns, drawn from left to right. */
export function drawOwners({ edges }: OwnersPicture): string {
  const idOf = ({ kind, name }: { kind: string; name: string }) => `${kind}/${name}`;
  const objects = new Map(
    edges.flatMap(({ owner, owned }) => [owner, owned]).map((object) => [idOf(object), object]),
  );
  const svg = graphviz.renderString(
    {
      directed: true,
      graphAttributes: { rankdir: "LR", nodesep: 0.12, ranksep: 0.35, bgcolor: "transparent", margin: 0.02 },
      nodeAttributes: {
        shape: "box",
        style: "rounded",
        fontname: "Helvetica",
        fontsize: 11,
        height: 0.4,
        margin: "0.18,0.06",
        color: INK,
        fontcolor: INK,
      },
      edgeAttributes: { color: INK, arrowsize: 0.6 },
      nodes: [...objects].map(([name, object]) => ({
        name,
        attributes: {
          label: `${object.kind}\n${object.name}`,
          class: object.kind === "Pod" ? "pod" : "owner",
        },
      })),
      edges: edges.map(({ owner, owned }) => ({ tail: idOf(owner), head: idOf(owned) })),
    },
    { format: "svg" },
  );
  // Only the picture: a page has no use for the XML declaration, and its title is the figure's.
  return svg
    .slice(svg.indexOf("<svg"))
    .replace("<svg", '<svg class="graph"')
    .replaceAll(INK, "currentColor")
    .replaceAll(/<title>[^<]*<\/title>\n?/g, "");
}
