/** Adds a button that copies the command in it; without JavaScript there is none. */
class CopyButton extends HTMLElement {
  connectedCallback(): void {
    // Browsers have a clipboard for pages only that came over https or from this machine.
    if (!("clipboard" in navigator)) return;
    const button = document.createElement("button");
    const { label = "", done = "" } = this.dataset;
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    const tellDone = () => {
      button.dataset["done"] = done;
      button.setAttribute("aria-label", done);
      setTimeout(() => {
        delete button.dataset["done"];
        button.setAttribute("aria-label", label);
      }, 2000);
    };
    button.addEventListener("click", () => {
      const code = this.querySelector("code");
      if (!code) return;
      // Where the browser does not permit it the command is selected, and Ctrl-C copies it.
      navigator.clipboard
        .writeText(code.textContent)
        .then(tellDone, () => getSelection()?.selectAllChildren(code));
    });
    this.append(button);
  }
}

customElements.define("copy-button", CopyButton);
