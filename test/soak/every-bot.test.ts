import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadBots } from '../../scripts/lib/bots.ts';
import { playAll } from './every-bot.ts';

/** What no story here wakes, and where it is run twice, and lost, instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'scheduling/no-show': 'waits until the visit has begun; test/scheduling/giving.test.ts',
  'scribe/ask-anthropic': 'asks a model and writes nothing; test/scribe/model.test.ts',
  'scribe/ask-openai': 'asks a model and writes nothing; test/scribe/model.test.ts',
  'scribe/draft-with-model': 'needs a model; test/scribe/model.test.ts',
  'scribe/transcribe': 'needs a speech service; test/scribe/model.test.ts',
  'scribe/draft-note': 'writes nothing',
  'scribe/draft-resources': 'writes nothing',
  'scribe/extract-problems': 'writes nothing',
  'scribe/suggest-orders': 'writes nothing',
  'scribe/validate-note': 'writes nothing',
};

const PLAY_MS = 600_000;

type Played = Awaited<ReturnType<typeof playAll>>;

describe('every bot', () => {
  let once: Played;
  beforeAll(async () => {
    once = await playAll('once');
  }, PLAY_MS);

  test(
    'run twice at once, ends in the same state, and none is left out',
    async () => {
      const twice = await playAll('twice');
      expect(twice.outcomes).toEqual(once.outcomes);
      const bots = (await loadBots()).map(({ definition }) => definition.name);
      expect(bots.filter((name) => (twice.runs.get(name) ?? 0) < 2).sort()).toEqual(Object.keys(ELSEWHERE).sort());
    },
    PLAY_MS,
  );

  test(
    'that a Subscription wakes, never woken and left to the sweeps, ends in the same state',
    async () => {
      const never = await playAll('never');
      expect(never.outcomes).toEqual(once.outcomes);
      const woken = (await loadBots()).filter(({ definition }) => definition.kind === 'subscriber');
      expect(woken.filter(({ definition }) => (never.runs.get(definition.name) ?? 0) > 0)).toEqual([]);
    },
    PLAY_MS,
  );
});
