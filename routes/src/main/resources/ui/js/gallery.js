// A dialog to choose pictures in: those the hub has, as thumbnails, and a place to drop or pick new ones.
import * as assets from "./assets.js";
import { make } from "./dom.js";

const $ = (id) => document.getElementById(id);
const dialog = $("gallery");

let chosen = [];
let many = true;

/**
 * Lets a person choose.
 *
 * @param title  what the pictures are for
 * @param before assets chosen so far
 * @param several whether more than one may be
 * @return the assets chosen, in that order; `before` when the person goes back
 */
export function choose(title, before, several) {
  chosen = [...before];
  many = several;
  $("gallery-title").textContent = title;
  wrong("");
  dialog.returnValue = "";
  list();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok" ? chosen : before), { once: true });
  });
}

/** Takes files from wherever they were dropped; the assets they became. Throws in words. */
export async function bring(files) {
  const brought = [];
  for (const file of files) brought.push(await assets.store(file));
  return brought;
}

/** Lets files be dropped on an element. */
export function dropZone(element, take) {
  const over = (event, is) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    element.toggleAttribute("data-over", is);
  };
  element.addEventListener("dragover", (event) => over(event, true));
  element.addEventListener("dragleave", (event) => over(event, false));
  element.addEventListener("drop", (event) => {
    over(event, false);
    take([...event.dataTransfer.files]);
  });
}

async function list() {
  try {
    const all = await assets.pictures();
    $("gallery-list").replaceChildren(...all.map(tile));
    $("gallery-empty").hidden = all.length > 0;
  } catch (error) {
    wrong(error.message);
  }
}

function tile(asset) {
  const image = make("img", { loading: "lazy", width: 96, height: 96 });
  assets.show(image, asset).catch((error) => wrong(error.message));
  const press = make("button", { type: "button", className: "thumb", title: asset.name, "aria-pressed": isChosen(asset) }, image);
  press.addEventListener("click", () => {
    const was = isChosen(asset);
    chosen = was ? chosen.filter((one) => one.path !== asset.path) : many ? [...chosen, asset] : [asset];
    for (const other of $("gallery-list").children) other.firstChild.setAttribute("aria-pressed", isChosen(other.asset));
  });
  return Object.assign(make("li", {}, press), { asset });
}

function isChosen(asset) {
  return chosen.some((one) => one.path === asset.path);
}

async function take(files) {
  try {
    wrong("");
    const brought = await bring(files);
    chosen = many ? [...chosen, ...brought] : brought.slice(-1);
    await list();
  } catch (error) {
    wrong(error.message);
  }
}

function wrong(words) {
  $("gallery-wrong").textContent = words;
  $("gallery-wrong").hidden = words === "";
}

dropZone(dialog, take);
$("gallery-file").addEventListener("change", async () => {
  await take([...$("gallery-file").files]);
  $("gallery-file").value = "";
});
