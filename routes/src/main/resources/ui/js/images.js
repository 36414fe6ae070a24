// Pictures that go into a generation, such as reference images: thumbnails of those chosen, and a tile that opens the gallery.
import * as assets from "./assets.js";
import { button, make } from "./dom.js";
import { Field } from "./field.js";
import { bring, choose, dropZone } from "./gallery.js";

export class ImagesField extends Field {
  #several;
  #chosen = [];
  #tiles;

  /** @param setting with type `array` for several pictures, else one; `title` says what they are for */
  constructor(setting) {
    const tiles = make("ul", { className: "thumbs" });
    super(setting, make("div", { role: "group", className: "images" }, tiles));
    this.label.replaceWith((this.label = make("span", { id: this.label.id, className: "label", textContent: setting.title })));
    this.body.setAttribute("aria-labelledby", this.label.id);
    this.#several = setting.type === "array";
    this.#tiles = tiles;
    dropZone(this.body, (files) => this.#bring(files));
    this.#show();
  }

  /** Paths as the contract wants them: a list, or one path, null for none. */
  get value() {
    const paths = this.#chosen.map((asset) => asset.path);
    return this.#several ? paths : (paths[0] ?? null);
  }

  /** Pictures named by somebody else are used once and not shown here. */
  set value(_) {}

  focus() {
    this.#tiles.querySelector(".add").focus();
  }

  #set(chosen) {
    this.#chosen = chosen;
    this.#show();
    this.changed();
  }

  #show() {
    const add = button("+", () => this.#open(), { className: "thumb add", title: `Choose: ${this.setting.title}` });
    add.setAttribute("aria-label", `Choose ${this.setting.title.toLowerCase()}`);
    const items = this.#chosen.map((asset) => {
      const image = make("img", { width: 64, height: 64 });
      assets.show(image, asset).catch((error) => this.refuse(error.message));
      const remove = button("×", () => this.#set(this.#chosen.filter((one) => one !== asset)), { className: "quiet remove" });
      remove.setAttribute("aria-label", `Take ${asset.name} away`);
      return make("li", { title: asset.name }, make("span", { className: "thumb" }, image), remove);
    });
    const again = this.#chosen.length > 0 ? [make("li", {}, this.#again())] : [];
    this.#tiles.replaceChildren(...items, make("li", {}, add), ...again);
  }

  /** A picture works on the one chunk that takes it; who wants it to stay fresh sends it again. */
  #again() {
    return button("Send again", () => this.changed(), { className: "quiet again", title: "Pictures are used once, by the next chunk" });
  }

  async #open() {
    const before = this.#chosen;
    const chosen = await choose(this.setting.title, before, this.#several);
    if (chosen !== before) this.#set(chosen);
    this.focus();
  }

  async #bring(files) {
    try {
      const brought = await bring(files);
      this.#set(this.#several ? [...this.#chosen, ...brought] : brought.slice(-1));
    } catch (error) {
      this.refuse(error.message);
    }
  }
}
