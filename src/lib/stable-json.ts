/**
 * JSON whose bytes depend on the value alone: object keys sorted, `undefined` left out, two spaces
 * of indentation when asked for. Non-finite numbers are refused, for JSON would turn them into
 * null.
 */
export function stableJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value), undefined, indent);
}

function sorted(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`not representable in JSON: ${value}`);
  }
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  // Without a prototype, "__proto__" is a key like any other.
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) {
    copy[key] = sorted((value as Record<string, unknown>)[key]);
  }
  return copy;
}
