import { expect, test } from "vitest";

import { lineOf } from "./plot";

test("a line is interrupted where nothing was measured", () => {
  expect(lineOf([0, 10, null, 5, 10], 10)).toBe("M0.0 92.0L80.0 4.0M240.0 48.0L320.0 4.0");
});

test("one value alone is a point at the beginning", () => {
  expect(lineOf([5], 10)).toBe("M0.0 48.0");
});
