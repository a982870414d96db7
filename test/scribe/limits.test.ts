/**
 * What a transcript may be: 50,000 words of whatever kind, within the memory of a small machine and within the time after
 * which a server cuts a bot off that computes and never waits (10 s; the embedded one does it as Medplum does).
 */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { encodeBase64 } from '@medplum/core';
import type { Bundle, Composition } from '@medplum/fhirtypes';
import { MAX_WORDS } from '../../bots/scribe/fhir/document.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { chartOf, startVisit, transcriptOf } from './stage.ts';

const VISIT = readFileSync('resources/demo/transcript.txt', 'utf8');
const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0;
const filled = (text: string): string => text.repeat(Math.floor(MAX_WORDS / wordsIn(text)));

const KINDS: readonly (readonly [kind: string, text: string])[] = [
  ['visits', filled(VISIT)],
  ['visits in one line, without labels', filled(VISIT.replace(/\n|\[\w+\]/g, ' '))],
  ['speech without an end, a mark or a label', filled(VISIT.replace(/\n|\[\w+\]|[.?!,]/g, ' '))],
  ['one word', filled('pain ')],
  ['one answer', `[doctor] any allergies ?\n[patient] ${filled('no , penicillin . ')}`.slice(0, 400_000)],
  ['one turn', `[patient] ${filled('i have pain in my knee . ')}`.slice(0, 400_000)],
  ['somebody else', filled('[patient] he has diabetes .\n')],
  ['numbers that are put right', filled('twenty one over forty no wait ')],
  ['markup', filled('<b><i>my pain</i></b> &lt; [ ] {} ** \n')],
  ['short lines', filled('pain in my knee\n')],
];

describe('50,000 words', () => {
  /** MiB of heap: what a process of its own would have beside a server on a machine of 1 GiB. */
  const HEAP = 256;

  test.each(KINDS)('of %s are drafted in little memory, with evidence', async (_kind, text) => {
    const worker = new Worker(join(import.meta.dirname, 'draft-in-worker.ts'), {
      workerData: text,
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
    const made = await new Promise<{ evidence: number; wrong: number }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(made.wrong).toBe(0);
    if (text.includes('[doctor]')) expect(made.evidence).toBeGreaterThan(0);
  });
});

describe('on a server', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await startClinic();
  });
  afterAll(() => clinic.close());

  const tickets = async (document: { id: string }): Promise<string[]> =>
    (await clinic.medplum.searchResources('Task', { focus: `DocumentReference/${document.id}` })).map(
      ({ description = '' }) => description,
    );

  /** Those that the scribe has most to do with. */
  const costly = KINDS.filter(([kind]) => ['visits', 'one turn', 'short lines', 'markup'].includes(kind));

  test.each(costly)('%s are drafted, or a person is told, before a bot is cut off', async (_kind, text) => {
    const visit = await startVisit(clinic);
    const document = await clinic.medplum.createResource(transcriptOf(visit, text));
    await clinic.server.drain();
    const { notes } = await chartOf(clinic, visit);
    expect(notes.length + (await tickets(document)).length).toBe(1);
    expect(notes.every(({ status }) => status === 'preliminary')).toBe(true);
  });

  test('a transcript in another language becomes a ticket that says what the scribe knows', async () => {
    const visit = await startVisit(clinic);
    const german =
      'Ärztin: Was führt Sie heute zu mir?\nPatientin: Ich habe seit drei Tagen Halsschmerzen und nehme Ibuprofen 400 mg ein.';
    const document = await clinic.medplum.createResource(transcriptOf(visit, german));
    await clinic.server.drain();
    expect((await chartOf(clinic, visit)).notes).toHaveLength(0);
    expect(await tickets(document)).toEqual([expect.stringContaining('knows English only')]);
  });

  test('an operation answers a transcript in which it finds nothing with a note that says so', async () => {
    const transcript = { resourceType: 'DocumentReference', status: 'current', content: [] as object[] };
    transcript.content.push({
      attachment: { contentType: 'text/plain', data: encodeBase64('我喉咙痛三天了，还发烧。') },
    });
    const bundle = await clinic.call<Bundle>('Encounter/$draft-note', { transcript });
    const note = bundle.entry?.map(({ resource }) => resource).find((one) => one?.resourceType === 'Composition');
    expect((note as Composition).section?.map(({ emptyReason }) => emptyReason?.coding?.[0]?.code)).toEqual(
      Array(4).fill('unavailable'),
    );
  });
});
