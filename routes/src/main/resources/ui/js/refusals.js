// What is wrong with a value, in the words the hub uses for the same, so that people read one language whoever refuses.

function given(value) {
  return value === null || Number.isNaN(value) ? "nothing" : Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** A load parameter that has to be a whole number. */
export function wholeProblem({ name, min, max }, value) {
  if (Number.isInteger(value) && value >= (min ?? value) && value <= (max ?? value)) return "";
  const range = max !== null ? ` from ${min ?? 0} to ${max}` : min !== null ? ` of at least ${min}` : "";
  return `${name} must be a whole number${range}; ${given(value)} given`;
}

/** A number of the parameters of a session. */
export function numberProblem({ min, max }, value) {
  if (value === null || !Number.isFinite(value)) return "Input should be a valid number";
  if (min !== null && value < min) return `Input should be greater than or equal to ${min}`;
  if (max !== null && value > max) return `Input should be less than or equal to ${max}`;
  return "";
}

/** A picture size some networks cannot make: both sides must be multiples of the least dimension. */
export function sizeProblem(width, height, step) {
  if (width % step === 0 && height % step === 0) return "";
  const near = (side) => Math.max(step, Math.floor(side / step) * step);
  return (
    `Invalid resolution ${width}×${height}. Both width and height must be divisible by ${step}` +
    ` Please adjust to a valid resolution, e.g., ${near(width)}×${near(height)}.`
  );
}

/** Timesteps: whole, from 0 to 1000, from noise to picture. */
export function stepsProblem(steps) {
  if (!steps.every((step) => Number.isInteger(step) && step >= 0 && step <= 1000)) {
    return `denoising_steps must be whole numbers from 0 to 1000; ${given(steps)} given`;
  }
  return steps.every((step, i) => i === 0 || step < steps[i - 1]) ? "" : `denoising_steps must be strictly descending; ${given(steps)} given`;
}

/** The weight of an adapter. */
export function scaleProblem(scale) {
  const good = Number.isFinite(scale) && scale >= -10 && scale <= 10;
  return good ? "" : `the scale of an adapter must be a number from -10 to 10; ${given(scale)} given`;
}
