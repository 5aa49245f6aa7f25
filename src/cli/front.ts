/** Commands of this program as one could type them. */
import { shellWord } from '../report/replay.ts';

/** How this program is called: from a checkout, or installed. */
export const commandFront = (): string =>
  import.meta.url.endsWith('.ts') ? 'npm run -s seaworthy --' : 'seaworthy';

/** The command that runs a case again. */
export const replayLine = (path: string): string => `${commandFront()} replay ${shellWord(path)}`;
