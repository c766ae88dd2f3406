import { expect, test } from "vitest";

import { stagesOf } from "./timing";

test("the stages of Server-Timing are read with how long they took", () => {
  expect(stagesOf('caller;dur=0.21, plan;desc="cached";dur=1.5, cache, total;dur=2.00')).toEqual([
    { name: "caller", duration: 0.21 },
    { name: "plan", duration: 1.5 },
    { name: "total", duration: 2 },
  ]);
});
