// Width and height of what is generated: whole numbers the pipeline's networks can make.
import { fieldFor } from "./field.js";
import { sizeProblem } from "./refusals.js";

// What the hub makes at least and at most (contract §4.4).
const LEAST = 16;
const MOST = 2048;

/**
 * The two fields, width first, as people say it.
 *
 * @param step both sides must be multiples of it
 */
export function sizeFields(width, height, step) {
  const side = (setting) => fieldFor({ ...setting, min: Math.max(setting.min ?? 0, LEAST), max: MOST, step, typed: true });
  const across = side(width);
  const down = side(height);
  const alone = across.problem.bind(across);
  across.problem = () => alone() || (down.problem() === "" ? sizeProblem(across.value, down.value, step) : "");
  down.body.addEventListener("change", () => across.check());
  return [across, down];
}
