import { defineConfig } from "vitest/config";
import { ChaptersFirst } from "./helpers/report/sequencer.ts";

export default defineConfig({
  test: {
    includeTaskLocation: true,
    sequence: { sequencer: ChaptersFirst },
    reporters: ["default", "./helpers/report/totals.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "helpers",
          include: ["helpers/**/*.test.ts", "commands/**/*.test.ts"],
          exclude: ["**/*.engine.test.ts", "**/*.fault.test.ts"],
          // Some start processes of their own, and the machine may be busy.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "engine",
          include: ["helpers/**/*.engine.test.ts", "commands/**/*.engine.test.ts"],
          // They start and stop engines: one after another.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["commands/faults/*.fault.test.ts"],
          globalSetup: ["commands/testing/fault-cache.ts"],
          // They start runs, and break what is around them: one after another.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "book",
          include: ["book/tests/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "chapters",
          include: ["chapters/*.test.ts"],
          globalSetup: ["helpers/cluster/global-setup.ts"],
        },
      },
    ],
  },
});
