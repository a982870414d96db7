import { describe, expect, test } from '@jest/globals';
import { LOINC, SNOMED } from '@medplum/core';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import { ICD10CM } from './fhir/conditions.ts';
import { RXNORM } from './offline/terminology.ts';
import { codedByServer } from './server-terminology.ts';
import type { Draft } from './types.ts';

const grounded = { confidence: 0.8, evidence: [] };
const DRAFT: Draft = {
  sections: [],
  problems: [
    { text: 'high blood pressure', icd10: 'I10', display: 'Essential hypertension', role: 'addressed', ...grounded },
    { text: 'made up', icd10: 'Z99.999', display: 'Made up', role: 'addressed', ...grounded },
    { text: 'Rare disease', role: 'addressed', ...grounded },
  ],
  orders: [
    { kind: 'medication', text: 'zorbilimab 10 mg daily', ...grounded },
    { kind: 'service', text: 'TSH', code: { system: LOINC, code: '3016-3', display: 'TSH' }, ...grounded },
  ],
  observations: [],
};

const entryOf = (resource: Resource): BundleEntry => ({ response: { status: '200' }, resource });
const missing: BundleEntry = {
  response: {
    status: '404',
    outcome: { resourceType: 'OperationOutcome', id: 'not-found', issue: [{ severity: 'error', code: 'not-found' }] },
  },
};

/** A server with the given systems in full, which knows these codes and names. */
function serverWith(systems: readonly string[], codes: Record<string, string>, names: Record<string, string>) {
  const asked: string[][] = [];
  const answer = (url: string): BundleEntry => {
    const query = new URL(url, 'http://x/').searchParams;
    if (url.startsWith('CodeSystem?')) {
      const wanted = query.get('url')?.split(',') ?? [];
      const entry = systems
        .filter((system) => wanted.includes(system))
        .map((system) => ({
          resource: {
            resourceType: 'CodeSystem' as const,
            id: `${systems.indexOf(system)}`,
            url: system,
            valueSet: `${system}/vs`,
            status: 'active' as const,
            content: 'complete' as const,
          },
        }));
      return entryOf({ resourceType: 'Bundle', type: 'searchset', entry });
    }
    if (url.includes('$lookup')) {
      const display = codes[query.get('code') ?? ''];
      const parameter = [
        { name: 'name', valueString: 'x' },
        { name: 'display', valueString: display ?? '' },
      ];
      return display ? entryOf({ resourceType: 'Parameters', parameter }) : missing;
    }
    const filter = query.get('filter')?.toLowerCase() ?? '';
    const contains = Object.entries(names)
      .filter(([name]) => name.toLowerCase().includes(filter))
      .map(([display, code]) => ({ display, code }));
    return entryOf({
      resourceType: 'ValueSet',
      status: 'active',
      expansion: { timestamp: '2026-01-01T00:00:00Z', contains },
    });
  };
  const executeBatch = async (bundle: Bundle): Promise<Bundle> => {
    const urls = bundle.entry?.map(({ request }) => request?.url ?? '') ?? [];
    asked.push(urls);
    return { resourceType: 'Bundle', type: 'batch-response', entry: urls.map(answer) };
  };
  return { asked, executeBatch: executeBatch as never };
}

describe('the code systems of the server', () => {
  test('are not asked for codes where it has none in full', async () => {
    const server = serverWith([], { I10: 'x' }, {});
    expect(await codedByServer(server, DRAFT, true)).toEqual(DRAFT);
    expect(server.asked).toHaveLength(1);
  });

  test('say which codes there are, what they are called, and which one a name has', async () => {
    const server = serverWith(
      [ICD10CM, RXNORM],
      { I10: 'Essential (primary) hypertension' },
      { 'Rare disease': 'Q99.9', Zorbilimab: '999', 'Zorbilimab 10 MG Oral Tablet': '998' },
    );
    const { problems, orders } = await codedByServer(server, DRAFT, false);
    expect(problems.map(({ text, icd10, display }) => [text, icd10, display])).toEqual([
      ['high blood pressure', 'I10', 'Essential (primary) hypertension'],
      ['made up', undefined, undefined],
      ['Rare disease', 'Q99.9', 'Rare disease'],
    ]);
    expect(orders.map(({ code }) => code?.code)).toEqual(['999', '3016-3']);
    expect(server.asked).toHaveLength(2);
    // LOINC is not there in full, and SNOMED CT is not switched on.
    expect(server.asked.flat().filter((url) => url.includes('snomed') || url.includes('3016'))).toEqual([]);
  });

  test('give SNOMED CT codes where that is switched on', async () => {
    const server = serverWith([SNOMED], {}, { 'Essential hypertension': '59621000' });
    const { problems } = await codedByServer(server, DRAFT, true);
    expect(problems.map(({ icd10, snomed }) => [icd10, snomed])).toEqual([
      ['I10', '59621000'],
      ['Z99.999', undefined],
      [undefined, undefined],
    ]);
    expect((await codedByServer(server, DRAFT, false)).problems.map(({ snomed }) => snomed)).toEqual(
      Array(3).fill(undefined),
    );
  });

  test('are asked at most 80 things, and not at all missed when the server cannot answer', async () => {
    const problems = Array.from({ length: 200 }, (_none, index) => ({ ...DRAFT.problems[0]!, icd10: `A${index}` }));
    const server = serverWith([ICD10CM], { A1: 'One' }, {});
    const made = await codedByServer(server, { ...DRAFT, problems }, false);
    expect(server.asked[1]).toHaveLength(80);
    expect(made.problems.filter(({ icd10 }) => icd10)).toHaveLength(1 + 120);
    const broken = { executeBatch: (() => Promise.reject(new Error('down'))) as never };
    expect(await codedByServer(broken, DRAFT, true)).toEqual(DRAFT);
  });
});
