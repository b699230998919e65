/** Shows the rows that fit what was chosen; the choice is in the page's address, so that it can be handed on. */
class LedgerFilter extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form) return;
    form.hidden = false;
    const chosen = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field instanceof HTMLInputElement && field.type === "checkbox") {
        field.checked = chosen.get(field.name) === field.value;
      } else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
        field.value = chosen.get(field.name) ?? "";
      }
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.#apply(form));
    this.#apply(form);
  }

  #apply(form: HTMLFormElement): void {
    const choice = new FormData(form);
    const of = (name: string) => String(choice.get(name) ?? "");
    const words = of("text").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of this.querySelectorAll<HTMLTableRowElement>("tbody tr")) {
      const { chapter, outcomes = "[]", differing } = row.dataset;
      const text = (row.querySelector("th")?.textContent ?? "").toLowerCase();
      const fits =
        words.every((word) => text.includes(word)) &&
        (of("chapter") === "" || of("chapter") === chapter) &&
        (of("outcome") === "" || (JSON.parse(outcomes) as string[]).includes(of("outcome"))) &&
        (of("differing") === "" || differing === "yes");
      row.hidden = !fits;
      if (fits) count += 1;
    }
    const output = form.elements.namedItem("count");
    if (output instanceof HTMLOutputElement)
      output.value = (output.dataset["words"] ?? "").replace("-1", String(count));
    this.#remember(choice);
  }

  #remember(choice: FormData): void {
    const address = new URL(location.href);
    address.search = "";
    for (const [name, value] of choice) if (value !== "") address.searchParams.set(name, String(value));
    history.replaceState(null, "", address);
  }
}

customElements.define("ledger-filter", LedgerFilter);
