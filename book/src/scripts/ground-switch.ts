/** Where another version or runtime is chosen, the reader stays at the claim that he was reading. */
class GroundSwitch extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const link = event.target;
      if (!(link instanceof HTMLAnchorElement)) return;
      link.hash = location.hash;
    });
  }
}

customElements.define("ground-switch", GroundSwitch);
