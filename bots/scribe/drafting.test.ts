import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import { codeSystem } from '../runtime/contract.ts';
import { decideDraft } from './drafting.ts';
import type { DraftingState } from './drafting.ts';
import type { Draft } from './types.ts';

const NOW = new Date('2026-03-02T12:00:00Z');

function stateWith(data: string, over: Partial<DraftingState> = {}): DraftingState {
  const document: WithId<DocumentReference> = {
    resourceType: 'DocumentReference',
    id: 'd',
    meta: { versionId: '1' },
    status: 'current',
    type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
    subject: { reference: 'Patient/p' },
    content: [{ attachment: { data } }],
    context: { encounter: [{ reference: 'Encounter/e' }] },
  };
  return {
    document,
    encounter: {
      resourceType: 'Encounter',
      id: 'e',
      status: 'in-progress',
      class: {},
      subject: { reference: 'Patient/p' },
    },
    patient: { resourceType: 'Patient', id: 'p' },
    earlier: [],
    transcript: { text: 'x' },
    ticketed: false,
    author: { reference: 'Device/s' },
    ...over,
  };
}
const sentence = { text: 'Chest pain.', confidence: 1, evidence: [] };
const noteOf = (text: string): Draft => ({
  sections: [{ code: '61150-9', title: 'Subjective', sentences: [sentence], text }],
  problems: [],
  orders: [],
  observations: [],
});
const EMPTY: Draft = { sections: [], problems: [], orders: [], observations: [] };

describe('deciding what to draft', () => {
  test('makes no transaction that a server refuses for its size', () => {
    const small = decideDraft(stateWith('a'.repeat(400_000)), () => noteOf('b'.repeat(400_000)), NOW);
    expect(small.result).toBe('drafted');
    expect(Buffer.byteLength(JSON.stringify(small.writes))).toBeLessThan(1024 * 1024);
    const large = decideDraft(stateWith('a'.repeat(400_000)), () => noteOf('é'.repeat(400_000)), NOW);
    expect(large.result).toBe('ticketed');
    expect(large.writes.map(({ resource }) => resource.resourceType)).toEqual(['Task']);
  });

  test('refers a conversation in which nothing was found to a person, once', () => {
    expect(decideDraft(stateWith('a'), () => EMPTY, NOW).result).toBe('ticketed');
    expect(decideDraft(stateWith('a', { ticketed: true }), () => EMPTY, NOW).writes).toEqual([]);
  });

  test('says nothing of the patient in a ticket', () => {
    const [write] = decideDraft(stateWith('a'), () => EMPTY, NOW).writes;
    expect(write?.resource).toMatchObject({ resourceType: 'Task', focus: { reference: 'DocumentReference/d' } });
    expect(JSON.stringify(write?.resource)).not.toContain('Patient/');
  });

  test('does not ask the scribe where nothing is to be drafted', () => {
    const scribe = (): never => {
      throw new Error('Nobody asked for a draft.');
    };
    const { document } = stateWith('a');
    expect(decideDraft(stateWith('a', { transcript: { unusable: 'empty' } }), scribe, NOW).result).toBe('ticketed');
    expect(
      decideDraft(stateWith('a', { document: { ...document, status: 'superseded' } }), scribe, NOW).writes,
    ).toEqual([]);
    expect(decideDraft(stateWith('a', { document: { ...document, type: {} } }), scribe, NOW).writes).toEqual([]);
    expect(decideDraft(stateWith('a', { patient: undefined }), scribe, NOW).result).toBe('ticketed');
  });
});
