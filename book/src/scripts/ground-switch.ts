/** Where another version or runtime is chosen, the claim that is in the page's address stays in it. */
class GroundSwitch extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const link = event.target;
      if (link instanceof HTMLAnchorElement) link.hash = location.hash;
    });
  }
}

customElements.define("ground-switch", GroundSwitch);
