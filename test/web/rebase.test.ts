import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rebased } from '../../web/src/fhir/rebase.ts';

const stage = (id: string, title = id) => ({ id, title });

describe('a change made to another version', () => {
  const plan = (...action: object[]) => ({ title: 'Visit', status: 'draft', action });
  const base = plan(stage('before'), stage('visit'), stage('after'));

  test('of nothing is theirs, and to an unchanged one is mine', () => {
    const list = fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-d]$/) }), {
      minLength: 1,
      selector: ({ id }) => id,
    });
    const versions = fc.record({ title: fc.integer(), action: list, note: list }, { requiredKeys: [] });
    fc.assert(
      fc.property(versions, versions, (one, other) => {
        expect(rebased(one, one, other)).toEqual(other);
        expect(rebased(one, other, one)).toEqual(other);
      }),
    );
  });

  test('keeps what both changed in different places', () => {
    const mine = { ...base, action: [stage('before', 'Mine'), stage('visit'), stage('after')] };
    const theirs = { ...base, status: 'active', action: [stage('before'), stage('visit', 'Theirs'), stage('after')] };
    expect(rebased(base, mine, theirs)).toEqual({
      title: 'Visit',
      status: 'active',
      action: [stage('before', 'Mine'), stage('visit', 'Theirs'), stage('after')],
    });
  });

  test('is mine where both changed the same', () => {
    expect(rebased(base, { ...base, title: 'Mine' }, { ...base, title: 'Theirs' }).title).toBe('Mine');
  });

  test('adds and takes away where each of us did', () => {
    const mine = plan(stage('before'), stage('call'), stage('visit'), stage('after'));
    const theirs = plan(stage('before'), stage('visit'), stage('survey'));
    expect(rebased(base, mine, theirs)).toEqual(plan(stage('before'), stage('call'), stage('visit'), stage('survey')));
  });

  test('has the order of whoever moved something', () => {
    const moved = plan(stage('visit'), stage('before'), stage('after'));
    const renamed = plan(stage('before'), stage('visit', 'Renamed'), stage('after'));
    const both = plan(stage('visit', 'Renamed'), stage('before'), stage('after'));
    expect(rebased(base, moved, renamed)).toEqual(both);
    expect(rebased(base, renamed, moved)).toEqual(both);
  });

  test('does not lose what one of us took away and the other changed', () => {
    const mine = plan(stage('before'), stage('after'));
    const theirs = plan(stage('before'), stage('visit', 'Theirs'), stage('after'));
    expect(rebased(base, mine, theirs)).toEqual(theirs);
  });

  test('tells extensions of one url apart by what they are about', () => {
    const hours = (service: string, value: number) => ({
      url: 'parameters',
      extension: [
        { url: 'service', valueReference: { reference: service } },
        { url: 'slotCapacity', valuePositiveInt: value },
      ],
    });
    const of = (one: number, other: number) => ({ extension: [hours('Service/1', one), hours('Service/2', other)] });
    expect(rebased(of(1, 1), of(2, 1), of(1, 3))).toEqual(of(2, 3));
  });
});
