// Every link within the site has to lead somewhere: node check-links.ts <folder>
import { type CheckOptions, LinkChecker, LinkState } from "linkinator";

const [folder = "."] = process.argv.slice(2);
// The library takes the folder's path for a pattern, and a path may have brackets in it.
process.chdir(folder);
const options: CheckOptions = {
  path: "**/*.html",
  checkCss: true,
  checkFragments: true,
  // Other hosts are the sources' business, and a build asks nobody else.
  linksToSkip: (link) => Promise.resolve(!/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(link)),
};
const { links } = await new LinkChecker().check(options);
const broken = links.filter(({ state }) => state === LinkState.BROKEN);
for (const { url, parent, status } of broken)
  console.error(`${parent ?? ""}: ${url} leads nowhere (${status ?? "no answer"})`);
console.log(`${links.length} links checked, ${broken.length} lead nowhere`);
process.exitCode = broken.length > 0 ? 1 : 0;
