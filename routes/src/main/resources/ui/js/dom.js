// Small help for making elements.

/**
 * Makes an element.
 *
 * @param properties set on it; names with a dash, and `for` and `role`, become attributes
 * @param children   elements and texts; null is left out
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "for" || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

let ids = 0;

/** An id no other element has, to tie labels and messages to what they belong to. */
export function freshId(prefix) {
  return `${prefix}-${++ids}`;
}

/** A button that does something. */
export function button(text, action, properties = {}) {
  const element = make("button", { type: "button", textContent: text, ...properties });
  element.addEventListener("click", action);
  return element;
}
