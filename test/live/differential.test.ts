import { describe, expect, test } from '@jest/globals';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { agrees } from '../differential/agree.ts';
import { listening, TOLD } from '../differential/listening.ts';
import { Player } from '../differential/play.ts';
import type { Asked } from '../differential/play.ts';
import { STORIES } from '../differential/stories/index.ts';

/** The server that MEDPLUM_BASE_URL names. */
async function serverToAsk(): Promise<Asked> {
  const { baseUrl, clientId, clientSecret } = readCredentials(process.env);
  const medplum = await signIn({ baseUrl, clientId, clientSecret });
  const { project } = await medplum.get<{ project: { id: string } }>('auth/me');
  return { baseUrl: baseUrl.replace(/\/$/, ''), projectId: project.id, clientId, clientSecret };
}

/** The tables that `npm test` asks of the embedded server, asked of Medplum: what they say of it is so. */
describe('the server that MEDPLUM_BASE_URL names answers as the tables say', () => {
  test.each(STORIES)('$name', async ({ steps }) => {
    const player = new Player(await serverToAsk());
    const wrong: unknown[] = [];
    for (const step of steps) {
      const answer = await player.play(step, step.expect);
      if (!agrees(step.expect, answer)) {
        wrong.push({ step: step.name, expected: step.expect, answer });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('over a WebSocket', async () => {
    expect(await listening(await serverToAsk())).toEqual(TOLD);
  });
});
