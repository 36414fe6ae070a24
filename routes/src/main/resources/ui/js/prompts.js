// The list of weighted prompts. Enter applies, Shift+Enter makes a new line.

export class PromptEditor {
  #list;
  #form;

  constructor(list, form) {
    this.#list = list;
    this.#form = form;
    this.add("A caravan crossing golden dunes at sunset, cinematic");
  }

  /** The prompts as the contract wants them; empty texts are left out. */
  get prompts() {
    return [...this.#list.children]
      .map((row) => ({ text: row.querySelector("textarea").value.trim(), weight: Number(row.querySelector("input").value) / 100 }))
      .filter((prompt) => prompt.text !== "");
  }

  /** Shows prompts that came from elsewhere, unless somebody is typing. */
  show(prompts) {
    if (!Array.isArray(prompts) || prompts.length === 0 || this.#list.contains(document.activeElement)) return;
    this.#list.replaceChildren();
    const heaviest = Math.max(...prompts.map((p) => p.weight ?? 1), 0.01);
    for (const prompt of prompts) this.add(prompt.text ?? String(prompt), ((prompt.weight ?? 1) / heaviest) * 100);
  }

  add(text = "", percent = 100) {
    const number = this.#list.children.length + 1;
    const row = document.createElement("li");
    const area = Object.assign(document.createElement("textarea"), { value: text, rows: 2, maxLength: 10000, placeholder: "What should it show?" });
    area.setAttribute("aria-label", `Prompt ${number}`);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#form.requestSubmit();
      }
    });
    const weight = document.createElement("label");
    weight.className = "weight";
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, value: Math.round(percent) });
    const shown = Object.assign(document.createElement("output"), { value: `${Math.round(percent)}%` });
    slider.addEventListener("input", () => (shown.value = `${slider.value}%`));
    slider.addEventListener("change", () => this.#form.requestSubmit());
    weight.append("Weight", slider, shown);
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "quiet remove", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove prompt ${number}`);
    remove.addEventListener("click", () => {
      row.remove();
      this.#form.requestSubmit();
    });
    row.append(area, weight, remove);
    this.#list.append(row);
    return area;
  }
}
