import { pluginLineNumbers } from "@expressive-code/plugin-line-numbers";

/**
 * A block that may be wider than the page can be scrolled with the keyboard from the beginning, and without JavaScript.
 * Expressive Code's own script does so only once the page is idle, and takes it away again where all can be seen.
 */
const scrollableByKeyboard = {
  name: "Scrollable by keyboard",
  hooks: {
    postprocessRenderedBlock({ codeBlock, renderData }) {
      const pre = renderData.blockAst.children.find(({ tagName }) => tagName === "pre");
      if (pre && !codeBlock.props.wrap) Object.assign(pre.properties, { tabIndex: 0, role: "region" });
    },
  },
};

// A file of its own, so that the <Code> component has the same settings.
export default {
  plugins: [pluginLineNumbers(), scrollableByKeyboard],
  // The plugin's own is too faint.
  styleOverrides: { lineNumbers: { foreground: "var(--sl-color-gray-2)" } },
  defaultProps: { showLineNumbers: false },
};
