import { elements, notDer, oid, TAG, type Element } from "./der";
import { hex, textOf } from "./encoding";

/** What RFC 4514, section 3, calls the attributes of a name. */
const SHORT: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.6": "C",
  "2.5.4.9": "STREET",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
};

/** A name as RFC 4514 writes it: the last part first, as root documents name signers. */
export function nameText(name: Element): string {
  return elements(name.content).reverse().map(partText).join(",");
}

function partText(part: Element): string {
  if (part.tag !== TAG.set) throw notDer();
  return elements(part.content).map(attributeText).join("+");
}

function attributeText(attribute: Element): string {
  const [type, value] = elements(attribute.content);
  if (type === undefined || value === undefined) throw notDer();
  const dotted = oid(type);
  return `${SHORT[dotted] ?? dotted}=${escaped(valueText(value))}`;
}

function valueText(value: Element): string {
  const isText = value.tag === TAG.utf8 || value.tag === TAG.printable || value.tag === TAG.ia5;
  return isText ? textOf(value.content) : `#${hex(value.whole)}`;
}

function escaped(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, "\\$&")
    .replaceAll("\0", "\\00")
    .replace(/^[ #]/, "\\$&")
    .replace(/(?<=.) $/, "\\ ");
}
