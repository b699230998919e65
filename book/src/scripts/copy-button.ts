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
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("code")?.textContent ?? "");
      button.dataset["done"] = done;
      button.setAttribute("aria-label", done);
      setTimeout(() => {
        delete button.dataset["done"];
        button.setAttribute("aria-label", label);
      }, 2000);
    });
    this.append(button);
  }
}

customElements.define("copy-button", CopyButton);
