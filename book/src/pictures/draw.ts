import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Plot draws into a page; here is one that nobody sees. */
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** How wide pictures are drawn, in pixels: on a phone nearly as wide as on the screen, so that letters stay legible. */
export const WIDTH = 390;

/** The colours are the style sheet's, so that a picture follows the reader's choice of light or dark. */
export function draw(options: Plot.PlotOptions): string {
  const svg = Plot.plot({ ...options, document, style: { background: "none", color: "inherit" } }).outerHTML;
  // The parts' own labels: the picture as a whole has one.
  return svg.replaceAll(/ aria-label="[^"]*"/g, "");
}

/** A picture with a title, and in words what it shows, for those who do not see it. `id` is unlike any other on the page. */
export function describe(svg: string, id: string, title: string, text: string): string {
  const parts = [
    `<title id="${id}-title">${escape(title)}</title>`,
    `<desc id="${id}-text">${escape(text)}</desc>`,
  ];
  const role = `role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text"`;
  return svg.replace(
    /^<svg([^>]*)>/,
    (_, attributes: string) => `<svg ${role}${attributes}>${parts.join("")}`,
  );
}

/** A picture that only says again what one beside it has said. */
export function decorative(svg: string): string {
  return svg.replace("<svg", '<svg aria-hidden="true"');
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
