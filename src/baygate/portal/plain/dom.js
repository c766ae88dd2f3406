// Elements made of values: nothing that a hub answers is ever read as HTML.

/** An element; a property that begins with `on` is a listener, null and false are left out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

/** A control with its label above it. */
export function field(label, id, control) {
  control.id = id;
  return h("div", { class: "field" }, h("label", { for: id }, label), control);
}
