import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Plot draws into a page; here is one that nobody sees. */
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** How wide pictures are drawn, in pixels: on a phone nearly as wide as on the screen, so that letters stay legible. */
export const WIDTH = 390;

/** The colours are the style sheet's, so that a picture follows the reader's choice of light or dark. */
export function draw(options: Plot.PlotOptions): string {
  const plot = Plot.plot({ ...options, document, style: { background: "none", color: "inherit" } });
  plot.setAttribute("aria-hidden", "true");
  return plot.outerHTML;
}
