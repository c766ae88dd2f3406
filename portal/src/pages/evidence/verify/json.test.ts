import { describe, expect, test } from "vitest";

import { parsedObject } from "./json";

describe("JSON is read strictly", () => {
  test.each([
    ['{"a":1,"a":1}', "a name twice"],
    ['{"a":1,"\\u0061":1}', "a name twice, once written otherwise"],
    ['{"a":NaN}', "no number"],
    ['{"a":01}', "a number with a zero before it"],
    ['{"a":1e999}', "a number that is too large"],
    ['{"a":"\\ud800"}', "half a character"],
    ['{"a":"\n"}', "a line within a text"],
    ['{"a":1,}', "a comma too many"],
    ['{"a":1} x', "more after it"],
    ['\ufeff{"a":1}', "a mark of the order of bytes"],
    ["[1]", "no object"],
    ["", "nothing"],
    [`{"a":${"[".repeat(9_000)}`, "too deep"],
  ])("%s is refused: %s", (text) => {
    expect(() => parsedObject(text)).toThrow();
  });

  test("what is written as an integer is one, whatever its size, and 1.0 is none", () => {
    expect(parsedObject('{"a":9223372036854775807,"b":1.0}')).toEqual({ a: 9223372036854775807n, b: 1 });
  });

  test("a name that every object inherits is a name like any other", () => {
    expect(Object.keys(parsedObject('{"__proto__":{"x":1}}'))).toEqual(["__proto__"]);
  });
});
