import type { ValueSet, ValueSetExpansionContains } from '@medplum/fhirtypes';
import type { Member } from './expand.ts';

/** Codes on a page, at most; as in Medplum. */
const MAX_PAGE = 1000;

/** Codes on a page where somebody types and has not said how many. */
const TYPING_PAGE = 10;

export interface ExpansionRequest {
  /** What somebody has typed. */
  readonly filter?: string | undefined;
  readonly offset: number;
  readonly count: number | undefined;
  /** Leave out what only groups others. */
  readonly excludeNotForUI: boolean;
  readonly includeDesignations: boolean;
  readonly displayLanguage?: string | undefined;
}

/** The page of a value set's codes that was asked for; `total` counts all pages. */
export function expansion(members: readonly Member[], request: ExpansionRequest, now: Date): ValueSet['expansion'] {
  const { filter, offset, excludeNotForUI } = request;
  const chosen = members
    .filter((member) => !(excludeNotForUI && member.abstract))
    .map((member) => shown(member, request));
  const found = filter === undefined ? chosen : matching(chosen, filter);
  const count = Math.min(request.count ?? (filter === undefined ? MAX_PAGE : TYPING_PAGE), MAX_PAGE);
  return {
    timestamp: now.toISOString(),
    total: found.length,
    ...(offset > 0 && { offset }),
    contains: found.slice(offset, offset + count),
  };
}

function shown(
  { system, code, abstract, designation = [], ...member }: Member,
  request: ExpansionRequest,
): ValueSetExpansionContains {
  const { displayLanguage, includeDesignations } = request;
  const translated = designation.find(({ language }) => displayLanguage !== undefined && language === displayLanguage);
  const display = translated?.value ?? member.display;
  return {
    system,
    ...(abstract && { abstract }),
    code,
    ...(display !== undefined && { display }),
    ...(includeDesignations && designation.length > 0 && { designation: [...designation] }),
  };
}

/** What somebody may mean who types: the code itself, then what begins with their words, then what has them anywhere. */
function matching(codes: readonly ValueSetExpansionContains[], filter: string): ValueSetExpansionContains[] {
  const typed = filter.trim().toLowerCase();
  const words = typed.split(/\s+/);
  const rank = ({ code = '', display = '' }: ValueSetExpansionContains): number => {
    const text = display.toLowerCase();
    if (code.toLowerCase() === typed) {
      return 0;
    }
    if (text.startsWith(typed)) {
      return 1;
    }
    return words.every((word) => text.includes(word)) ? 2 : 3;
  };
  return codes
    .map((code, index) => ({ code, index, rank: rank(code) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ code }) => code);
}
