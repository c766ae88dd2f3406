import { expect, test } from "vitest";

import { idOf, isHeader } from "./given";

test.each([
  ["7-1203", "7-1203", false],
  [' baygate-receipt: id="7-1203", leaf="00"', "7-1203", true],
  ['leaf="00", id="7-1203"', "7-1203", true],
  ["", null, false],
  ['grid="7-1203"', null, true],
])("%s names the record %s; a header: %s", (given, id, header) => {
  expect(idOf(given)).toBe(id);
  expect(isHeader(given)).toBe(header);
});
