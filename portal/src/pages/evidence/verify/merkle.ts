import { concat, same, sha256, type Bytes } from "./encoding";

/** Bytes of a hash. */
export const LENGTH = 32;
/** Hashes of a path that is worth reading: no tree is that high. */
export const LONGEST_PATH = 64;

/** The hash of a leaf (RFC 9162, section 2.1.1): leaves and inner nodes are hashed apart. */
export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(concat(Uint8Array.of(0), entry));
}

function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** Whether a path leads from a leaf hash to the root (RFC 9162, section 2.1.3.2). */
export async function includes(
  index: bigint,
  size: bigint,
  leaf: Bytes,
  path: readonly Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (index < 0n || index >= size || [leaf, root, ...path].some((each) => each.length !== LENGTH)) return false;
  let [node, last, found] = [index, size - 1n, leaf];
  for (const each of path) {
    if (last === 0n) return false;
    if (isOdd(node) || node === last) {
      found = await nodeHash(each, found);
      // up from the last node of a level, which has nothing beside it, until it does
      while (node !== 0n && !isOdd(node)) [node, last] = [node >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, each);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && same(found, root);
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}
