import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "helpers",
          include: ["helpers/**/*.test.ts", "commands/**/*.test.ts"],
        },
      },
    ],
  },
});
