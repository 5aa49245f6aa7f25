/**
 * The list with one item more: the same one, or another where it was short. What is pushed to an
 * empty list makes room for seventeen, and lists of one or two are made for every message.
 */
export function appended<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  if (list.length === 1) return [list[0] as T, item];
  list.push(item);
  return list;
}
