import { expect, test } from "vitest";

import { concat, sha256, utf8, type Bytes } from "./encoding";
import { includes, leafHash } from "./merkle";

/** The path and the root of a tree, by the definitions of RFC 9162, sections 2.1.1 and 2.1.3.1. */
async function tree(index: number, leaves: Bytes[]): Promise<{ root: Bytes; path: Bytes[] }> {
  const [only] = leaves;
  if (leaves.length === 1 && only) return { root: only, path: [] };
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const left = await tree(index, leaves.slice(0, split));
  const right = await tree(index - split, leaves.slice(split));
  const root = await sha256(concat(Uint8Array.of(1), left.root, right.root));
  return { root, path: index < split ? [...left.path, right.root] : [...right.path, left.root] };
}

test("every leaf of every small tree is in it, at its own place alone", async () => {
  const leaves = await Promise.all(Array.from({ length: 9 }, (_, n) => leafHash(utf8(`record ${n}`))));
  for (let size = 1; size <= leaves.length; size += 1) {
    for (const [index, leaf] of leaves.slice(0, size).entries()) {
      const { root, path } = await tree(index, leaves.slice(0, size));
      for (let place = -1; place <= size; place += 1) {
        expect(await includes(BigInt(place), BigInt(size), leaf, path, root)).toBe(place === index);
      }
    }
  }
});

test("the tree of no records is one hash, as RFC 9162 has it, and no leaf is in it", async () => {
  expect(await includes(0n, 0n, await leafHash(utf8("")), [], await sha256(utf8("")))).toBe(false);
});
