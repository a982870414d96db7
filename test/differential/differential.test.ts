import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inRoot } from '../../scripts/lib/paths.ts';
import { silentLogger, startServer } from '../../server/index.ts';
import type { RunningServer } from '../../server/index.ts';
import { agrees } from './agree.ts';
import { DIFFERENCES } from './differences.ts';
import { listening, TOLD } from './listening.ts';
import { Player } from './play.ts';
import { STORIES } from './stories/index.ts';
import { found, outcome } from './story.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ port: 0, logger: silentLogger });
});
afterAll(() => server.close());

/** The same tables are asked of a Medplum server by `npm run test:live`. */
describe.each(STORIES)('$name', ({ steps }) => {
  let player: Player;
  beforeAll(() => {
    player = new Player({ ...server.credentials, baseUrl: server.baseUrl });
  });

  test.each(steps)('$name', async (step) => {
    const expected = step.here?.answer ?? step.expect;
    const answer = await player.play(step, expected);
    if (!agrees(expected, answer)) {
      expect(answer).toEqual(expected);
    }
  });
});

test('who listens over a WebSocket is told what Medplum tells', async () => {
  expect(await listening({ ...server.credentials, baseUrl: server.baseUrl })).toEqual(TOLD);
});

describe('the suite', () => {
  test('asks what can be told apart: each meant difference is one', () => {
    const meant = STORIES.flatMap(({ steps }) => steps).filter(({ here }) => here);
    expect(meant.filter(({ expect: medplums, here }) => agrees(medplums, here!.answer))).toEqual([]);
    expect(new Set(meant.map(({ here }) => here!.because))).toEqual(new Set(Object.keys(DIFFERENCES)));
  });

  test('sees another status, another issue, another match', () => {
    expect(agrees(outcome(404, 'not-found: error not-found'), outcome(403, 'not-found: error not-found'))).toBe(false);
    expect(agrees(outcome(400, 'error invalid'), outcome(400, 'error structure'))).toBe(false);
    expect(agrees(outcome(400, 'error invalid'), outcome(400, 'error invalid @name'))).toBe(true);
    expect(agrees(outcome(400, 'error invalid @name'), outcome(400, 'error invalid'))).toBe(false);
    expect(agrees(found('Patient/{a}'), found('Patient/{a}', 'Patient/{b}'))).toBe(false);
    expect(agrees(found(), found())).toBe(true);
  });

  test('docs/embedded-server.md lists the differences that are meant, and no others', async () => {
    const page = await readFile(inRoot('docs', 'embedded-server.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) *\|$/gm)];
    expect(Object.fromEntries(rows.map(([, name, reason]) => [name, reason]))).toEqual(DIFFERENCES);
  });
});
