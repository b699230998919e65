import js from "@eslint/js";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["**/node_modules/", "evidence/", "book/dist/", "book/.astro/", "book/.generated/"] },
  js.configs.recommended,
  ts.configs.recommended,
  {
    rules: {
      // A name that begins with an underscore says that it is left out on purpose.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
);
