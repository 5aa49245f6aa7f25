/** The names that a scenario may use although they are defined elsewhere. */
import { CLAIMS } from '../checkers/claims.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { KnownNames } from '../scenario/schema.ts';

export const KNOWN_NAMES: KnownNames = {
  claims: CLAIMS.map((claim) => claim.id),
  checkDesign: (text) => {
    const selected = selectDesign(text);
    return selected.kind === 'failed' ? selected.error : [];
  },
};
