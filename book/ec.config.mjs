import { pluginLineNumbers } from "@expressive-code/plugin-line-numbers";

// A file of its own, so that the <Code> component has the same settings.
export default {
  plugins: [pluginLineNumbers()],
  // The plugin's own is too faint.
  styleOverrides: { lineNumbers: { foreground: "var(--sl-color-gray-2)" } },
  defaultProps: { showLineNumbers: false },
};
