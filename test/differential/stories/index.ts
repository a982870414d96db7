import type { Story } from '../story.ts';
import { BOTS } from './bots.ts';
import { BUNDLES } from './bundles.ts';
import { CONDITIONAL } from './conditional.ts';
import { CONTENT } from './content.ts';
import { EVERYTHING } from './everything.ts';
import { GRAPHQL } from './graphql.ts';
import { PAGING } from './paging.ts';
import { PATCHING } from './patching.ts';
import { PEOPLE } from './people.ts';
import { READING } from './reading.ts';
import { REFUSED } from './refused.ts';
import { SEARCHING } from './searching.ts';
import { SESSIONS } from './sessions.ts';
import { TERMINOLOGY } from './terminology.ts';

/** Every story that is asked of both servers. */
export const STORIES: readonly Story[] = [
  READING,
  PATCHING,
  CONDITIONAL,
  REFUSED,
  SEARCHING,
  PAGING,
  BUNDLES,
  GRAPHQL,
  EVERYTHING,
  TERMINOLOGY,
  BOTS,
  CONTENT,
  PEOPLE,
  SESSIONS,
];
