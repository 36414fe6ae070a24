// Pictures in the hub's assets folder: the list, one of them to look at, and bringing new ones.
import { call, hasToken, picture, upload } from "./api.js";

/** The pictures there are, newest first: [{name, path, folder, ...}]. */
export async function pictures() {
  return (await call("GET", "/api/v1/assets?type=image")).assets;
}

/** Stores a file; what the hub says of it. */
export function store(file) {
  return upload(`/api/v1/assets?filename=${encodeURIComponent(file.name)}`, file);
}

/** Lets an img element show an asset. Its own requests carry no token, so a hub that wants one is asked for the bytes. */
export async function show(image, asset) {
  const file = asset.path.split(/[\\/]/).at(-1);
  const names = [...(asset.folder ?? "").split(/[\\/]/).filter(Boolean), file];
  const url = `/api/v1/assets/${names.map(encodeURIComponent).join("/")}`;
  image.alt = asset.name;
  if (!hasToken()) {
    image.src = url;
    return;
  }
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.src = await picture(url);
}
