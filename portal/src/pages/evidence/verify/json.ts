import { textOf, type Bytes } from "./encoding";
import { Refuted } from "./refuted";

/** JSON as it is read here: what is written as an integer is a bigint, so none is rounded and 1.0 is not 1. */
export type Json = null | boolean | bigint | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

const DEEPEST = 500;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\n\r]*/y;
const WORD = /true|false|null/y;

/** Read a JSON object strictly: no name stands twice, and no text has half a character (RFC 8259, section 8.2). */
export function parsedObject(given: string | Bytes): JsonObject {
  const reader = new Reader(typeof given === "string" ? given : textOf(given));
  const value = reader.whole();
  if (!isObject(value)) throw new Refuted("不是 JSON 对象", "it is not a JSON object");
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The member of this name; undefined if there is none, also for names that every object inherits. */
export function member(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether an object has exactly these members. */
export function hasExactly(value: JsonObject, names: readonly string[]): boolean {
  const own = Object.keys(value);
  return own.length === names.length && names.every((name) => Object.hasOwn(value, name));
}

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  whole(): Json {
    const value = this.value(0);
    this.take(SPACE);
    if (this.at !== this.text.length) throw notJson();
    return value;
  }

  private value(depth: number): Json {
    this.take(SPACE);
    if (depth > DEEPEST) throw notJson();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.list(depth);
      case '"':
        return this.string();
      case "t":
      case "f":
      case "n":
        return JSON.parse(this.needed(WORD)) as boolean | null;
      default:
        return numberOf(this.needed(NUMBER));
    }
  }

  private object(depth: number): JsonObject {
    const made = Object.create(null) as Record<string, Json>;
    this.at += 1;
    if (this.ends("}")) return made;
    do {
      this.take(SPACE);
      const name = this.string();
      if (Object.hasOwn(made, name)) throw new Refuted(`“${name}”出现两次`, `it says ${name} twice`);
      if (!this.ends(":")) throw notJson();
      made[name] = this.value(depth + 1);
    } while (this.ends(","));
    if (!this.ends("}")) throw notJson();
    return made;
  }

  private list(depth: number): Json[] {
    const made: Json[] = [];
    this.at += 1;
    if (this.ends("]")) return made;
    do made.push(this.value(depth + 1));
    while (this.ends(","));
    if (!this.ends("]")) throw notJson();
    return made;
  }

  private string(): string {
    const value = JSON.parse(this.needed(STRING)) as string;
    // a lone surrogate would be hashed as another character
    if (/[\ud800-\udfff]/u.test(value)) throw notJson();
    return value;
  }

  private ends(mark: string): boolean {
    this.take(SPACE);
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  private needed(pattern: RegExp): string {
    const found = this.take(pattern);
    if (found === "") throw notJson();
    return found;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
}

function numberOf(text: string): bigint | number {
  if (!/[.eE]/.test(text)) return BigInt(text);
  const value = Number(text);
  if (!Number.isFinite(value)) throw notJson();
  return value;
}

function notJson(): Refuted {
  return new Refuted("不是合法的 JSON", "it is not JSON");
}
