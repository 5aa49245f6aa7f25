/** What can happen next, each to one member but the last. */
export const MOVES = [
  'timer',
  'arrive',
  'stray',
  'answer',
  'refused',
  'stop',
  'crash',
  'restart',
  'pause',
  'resume',
  'wall-forward',
  'wall-back',
  'cut',
  'mend',
  'jump',
  'tick',
] as const;
export type MoveKind = (typeof MOVES)[number];

/** `which` is a call of the member, or one of its draws. */
export interface Move {
  readonly kind: MoveKind;
  readonly member: number;
  readonly which: number;
}

/** Below 1,024. */
export const packMove = (kind: MoveKind, member: number, which: number): number =>
  (MOVES.indexOf(kind) * 8 + member) * 8 + which;

export const unpackMove = (move: number): Move => ({
  kind: MOVES[move >> 6] as MoveKind,
  member: (move >> 3) & 7,
  which: move & 7,
});
