import { pluginLineNumbers } from "@expressive-code/plugin-line-numbers";

// A file of its own, so that the <Code> component has the same settings.
export default {
  plugins: [pluginLineNumbers()],
  defaultProps: { showLineNumbers: false },
};
