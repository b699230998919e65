import { globSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, isInView, launch, NO_BROWSER, openPage } from "./browser.ts";
import { serve } from "./serve.ts";

/** What `npm run book` made. */
const SITE = join(import.meta.dirname, "..", "dist");

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 800 };

const pages = globSync("**/*.html", { cwd: SITE })
  .map((file) => file.replace(/index\.html$/, ""))
  .sort();
/** Those whose text is not shown in the same way on another page. */
const kinds = pages.filter(
  (page) => !/\/on\/|\/source\//.test(page) || /02-pause\/(on\/[^/]*v1\.34|source)/.test(page),
);

/** Two pages at a time: a page waits for its own process most of the time. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([lane(), lane()]);
}

const executable = findBrowser();

if (executable === undefined) {
  test("the book in a browser", ({ skip }) => skip(NO_BROWSER));
}

describe.runIf(executable !== undefined)("in a browser", () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    if (pages.length === 0) throw new Error('there is no book in book/dist: run "npm run book" first');
    site = await serve(SITE);
    browser = await launch(executable ?? "");
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const open = (page: string, options: Parameters<typeof openPage>[2] = { viewport: DESK }) =>
    openPage(browser, site.url + page, options);

  test(
    "every page of both languages opens without a complaint, and asks no other host",
    { timeout: 180_000 },
    async () => {
      expect(pages.filter((page) => page.startsWith("zh/")).length).toBe((pages.length - 1) / 2);
      await inLanes(pages, async (page) => {
        const { complaints, close } = await open(page);
        expect({ page, complaints }).toEqual({ page, complaints: [] });
        await close();
      });
    },
  );

  // Chapters are drawn alike, and axe takes seconds for each: those with all that there is, or every page with AXE=all.
  test.each([
    ["in English, light, at a desk", DESK, "light", ""],
    ["in Chinese, dark, on a phone", PHONE, "dark", "zh/"],
  ] as const)("axe finds nothing: %s", { timeout: 300_000 }, async (_, viewport, colorScheme, language) => {
    const own = kinds.filter((path) => path.startsWith("zh/") === (language === "zh/"));
    const chosen =
      process.env["AXE"] === "all" ? own : own.filter((path) => !/\/?(03|04|06|07|08|10)-/.test(path));
    await inLanes(chosen, async (path) => {
      const { page, close } = await open(path, { viewport, colorScheme });
      // What can be scrolled is made focusable when the browser has nothing else to do.
      await page.waitForLoadState("networkidle");
      const { violations } = await new AxeBuilder({ page }).analyze();
      const told = violations.map(
        ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} (${nodes.length})`,
      );
      expect({ path, told }).toEqual({ path, told: [] });
      await close();
    });
  });

  test("nothing is wider than a phone", { timeout: 120_000 }, async () => {
    for (const path of kinds) {
      const { page, close } = await open(path, { viewport: PHONE });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect({ path, width }).toEqual({ path, width: PHONE.width });
      await close();
    }
  });

  test("it can be read without JavaScript: claim, command, output, outcome, and the other versions", async () => {
    const { page, close } = await open("02-pause/", { viewport: DESK, javaScriptEnabled: false });
    const claim = page.locator(".claim", { has: page.locator('[id="ns.uts"]') });
    await expect.poll(() => claim.innerText()).toContain("UTS namespace");
    expect((await claim.locator(".output").allInnerTexts()).join()).toMatch(/uts:\[\d+\]/);
    expect(await claim.locator(".outcome").first().innerText()).toContain("refuted");
    await page
      .getByRole("link", { name: /v1\.36\.3 · containerd · cgroup v2/ })
      .first()
      .click();
    expect(page.url()).toContain("/02-pause/on/");
    expect(await page.locator(".stamp").first().innerText()).toContain("cgroup v2");
    await close();
  });

  test("another version changes transcript and outcome, marks what differs, and keeps the claim", async () => {
    const { page, close } = await open("11-differences/");
    await page.goto(`${site.url}08-job/#job.resources`);
    const outcome = page
      .locator(".claim", { has: page.locator('[id="job.resources"]') })
      .locator(".verdict .outcome");
    expect(await outcome.innerText()).toContain("holds");
    await page
      .locator(".ground-switch")
      .getByRole("link", { name: /v1\.34\.4/ })
      .click();
    await page.waitForURL(/\/08-job\/on\/.*v1\.34\.4.*#job\.resources$/);
    expect(await outcome.innerText()).toContain("refuted");
    expect(await page.locator(".claim mark").count()).toBeGreaterThan(0);
    expect(await page.locator(".ground-switch [aria-current]").innerText()).toContain("v1.34.4");
    expect(await isInView(page, "job.resources")).toBe(true);
    await close();
  });

  test.each([
    ["", "shareProcessNamespace"],
    ["zh/", "命名空间"],
    ["zh/", "滚动更新"],
  ])("search on /%s finds %s", async (start, sought) => {
    const { page, complaints, close } = await open(start);
    // It is made when the browser has nothing else to do.
    await page.locator("dialog input").waitFor({ state: "attached" });
    await page.keyboard.press("Control+k");
    await page.locator("dialog input").fill(sought);
    const result = page.locator(".pagefind-ui__result-link").first();
    await result.click();
    await page.waitForURL((url) => url.pathname !== `/${start}`);
    expect(new URL(page.url()).pathname.startsWith("/zh/")).toBe(start === "zh/");
    expect(await page.locator("main").innerText()).toContain(sought);
    expect(complaints).toEqual([]);
    await close();
  });

  test("the button copies the command, and nothing beside it", async () => {
    const { page, close } = await open("01-pod/", {
      viewport: DESK,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const step = page.locator(".claim .step").first();
    await step.getByRole("button", { name: "Copy the command" }).click();
    await step.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await step.locator("code").innerText());
    expect(copied).toMatch(/^kubectl get pods -n whoami -o wide$/);
    await close();
  });

  test.each(["02-pause/#ns.uts", "zh/05-deployment/#deploy.bounds", "ledger/#sts.order"])(
    "a link to %s leads there",
    async (path) => {
      const { page, close } = await open(path);
      await expect.poll(() => isInView(page, path.split("#")[1] ?? "")).toBe(true);
      await close();
    },
  );

  test("the ledger's filter narrows the rows, and its address can be handed on", async () => {
    const { page, close } = await open("ledger/");
    const shown = () => page.locator("tbody tr:not([hidden])").count();
    const all = await shown();
    await page.getByLabel("only what differs between recordings").check();
    const differing = await shown();
    expect(differing).toBeGreaterThan(0);
    expect(differing).toBeLessThan(all);
    await page.getByLabel("Words or an id").fill("max-unavailable");
    expect(await shown()).toBe(1);
    expect(await page.locator("output").innerText()).toBe("Claims shown: 1");
    await page.reload();
    expect(await shown()).toBe(1);
    await page.getByLabel("Words or an id").fill("no such claim");
    expect(await shown()).toBe(0);
    await page.goto(`${site.url}zh/ledger/?outcome=refuted&chapter=02-pause`);
    const outcomes = await page.locator("tbody tr:not([hidden]) .outcome.refuted").count();
    expect(outcomes).toBeGreaterThan(0);
    await close();
  });

  test("dark mode is chosen, and kept on the next page", async () => {
    const { page, close } = await open("", { viewport: DESK, colorScheme: "light" });
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    expect(await theme()).toBe("light");
    await page.locator("starlight-theme-select select").first().selectOption("dark");
    expect(await theme()).toBe("dark");
    await page.goto(`${site.url}zh/01-pod/`);
    expect(await theme()).toBe("dark");
    await close();
  });

  test("by keyboard alone: to the content, to another version, to the next chapter", async () => {
    const { page, close } = await open("01-pod/");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const focus = async (selector: string) => {
      for (let presses = 0; presses < 400; presses++) {
        if (await page.evaluate((sought) => document.activeElement?.matches(sought) ?? false, selector))
          return true;
        await page.keyboard.press("Tab");
      }
      return false;
    };
    expect(await focus(".ground-switch a:not([aria-current])")).toBe(true);
    expect(await focus(".transcript pre")).toBe(true);
    expect(await focus("copy-button button")).toBe(true);
    expect(await focus('a[rel="next"]')).toBe(true);
    await page.keyboard.press("Enter");
    await page.waitForURL(/02-pause/);
    await close();
  });

  test("on paper there are no buttons, and outputs are whole", async () => {
    const { page, close } = await open("05-deployment/");
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("copy-button button").first().isVisible()).toBe(false);
    expect(await page.locator(".ground-switch").isVisible()).toBe(false);
    const cut = await page.evaluate(
      () =>
        [...document.querySelectorAll(".output")].filter(
          (output) => output.scrollHeight > output.clientHeight + 2,
        ).length,
    );
    expect(cut).toBe(0);
    await close();
  });

  test("a picture says what it shows to those who do not see it", async () => {
    const { page, close } = await open("05-deployment/");
    const picture = page.getByRole("img", { name: "The Pods of rolling during the update" });
    const id = await picture.getAttribute("aria-describedby");
    const text = await page.locator(`[id="${id}"]`).textContent();
    expect(text).toMatch(/ready: never fewer than 3/);
    await close();
  });
});
