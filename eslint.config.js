import js from "@eslint/js";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["**/node_modules/", "evidence/", "book/dist/", "book/.astro/", "book/.generated/"] },
  js.configs.recommended,
  ts.configs.recommended,
  {
    files: ["**/*.ts"],
    // Its types are those of its own packages, which are installed with the book.
    ignores: ["book/**"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A command that nobody waits for races with the next one, and its failure turns up in another claim.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
    },
  },
  {
    rules: {
      // A name that begins with an underscore says that it is left out on purpose.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
);
