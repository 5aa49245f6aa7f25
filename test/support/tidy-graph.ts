import { importsOf, resolveImport, roomOf, type Source } from './tidy-rules.ts';

/** Who imports whom, by path or by room. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Relative imports between these files. */
export function fileGraph(sources: readonly Source[]): Graph {
  const known = new Set(sources.map((source) => source.path));
  return new Map(
    sources.map((source) => {
      const targets = importsOf(source)
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => resolveImport(source.path, target));
      return [source.path, new Set(targets.filter((target) => known.has(target)))];
    }),
  );
}

/** The same between rooms; a room's imports within itself are left out. */
export function roomGraph(files: Graph): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [from, targets] of files) {
    const room = roomOf(from);
    if (room === undefined) continue;
    const seen = rooms.get(room) ?? new Set<string>();
    rooms.set(room, seen);
    for (const target of targets) {
      const to = roomOf(target);
      if (to !== undefined && to !== room) seen.add(to);
    }
  }
  return rooms;
}

/** Files that no way of imports leads to from these, sorted. */
export function unreachable(files: Graph, roots: readonly string[]): readonly string[] {
  const reached = new Set(roots);
  // A set grows while it is walked, and the walk sees what is added.
  for (const path of reached) for (const target of files.get(path) ?? []) reached.add(target);
  return [...files.keys()].filter((path) => !reached.has(path)).sort();
}

/** One cycle: the places along it with the first again at the end; nothing when there is none. */
export function cycleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (place: string): readonly string[] | undefined => {
    const at = way.indexOf(place);
    if (at >= 0) return [...way.slice(at), place];
    if (done.has(place)) return undefined;
    way.push(place);
    for (const next of graph.get(place) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    way.pop();
    done.add(place);
    return undefined;
  };
  for (const place of graph.keys()) {
    const cycle = visit(place);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
