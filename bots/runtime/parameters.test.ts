import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from './outcome.ts';
import { boolean, instant, integer, many, optional, parseInput, reference, text } from './parameters.ts';

const shape = {
  slot: many(reference('Slot')),
  patient: reference('Patient'),
  minutes: optional(integer(1, 60)),
  reason: optional(text(20)),
  start: optional(instant()),
  overbook: optional(boolean()),
};

/** The code and parameter of the refusal of a body. */
function refusalOf(body: unknown): string {
  try {
    parseInput(shape, body);
  } catch (thrown) {
    if (thrown instanceof Refusal) {
      const [issue] = thrown.outcome.issue;
      return `${issue?.code} ${issue?.expression?.[0]}`;
    }
    throw thrown;
  }
  return 'accepted';
}

describe('parseInput', () => {
  test('reads plain JSON and Parameters alike', () => {
    const expected = {
      slot: ['Slot/1', 'Slot/2'],
      patient: 'Patient/3',
      minutes: 5,
      start: new Date('2026-03-01T08:00:00Z'),
    };
    const plain = {
      slot: ['Slot/1', { reference: 'Slot/2' }],
      patient: { reference: 'Patient/3' },
      minutes: 5,
      start: '2026-03-01T09:00:00+01:00',
    };
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'slot', valueReference: { reference: 'Slot/1' } },
        { name: 'slot', valueString: 'Slot/2' },
        { name: 'patient', valueReference: { reference: 'Patient/3' } },
        { name: 'minutes', valueInteger: 5 },
        { name: 'start', valueDateTime: '2026-03-01T09:00:00+01:00' },
      ],
    };
    expect(parseInput(shape, plain)).toEqual(expected);
    expect(parseInput(shape, parameters)).toEqual(expected);
  });

  const good = { slot: 'Slot/1', patient: 'Patient/3' };
  test.each([
    ['no body', undefined, 'value body'],
    ['a text', 'Slot/1', 'value body'],
    ['an array', [good], 'value body'],
    ['Parameters without an array', { resourceType: 'Parameters', parameter: {} }, 'value parameter'],
    ['a parameter that is null', { resourceType: 'Parameters', parameter: [null] }, 'value parameter'],
    ['nothing', {}, 'required slot'],
    ['no slot at all', { ...good, slot: [] }, 'required slot'],
    ['no patient', { slot: 'Slot/1' }, 'required patient'],
    ['a patient that is null', { slot: 'Slot/1', patient: null }, 'required patient'],
    ['two patients', { ...good, patient: ['Patient/1', 'Patient/2'] }, 'value patient'],
    ['another type', { ...good, patient: 'Practitioner/1' }, 'value patient'],
    ['a path for an id', { ...good, patient: 'Patient/../Slot' }, 'value patient'],
    ['a search for an id', { ...good, patient: 'Patient?name=x' }, 'value patient'],
    ['a number for a reference', { ...good, patient: 3 }, 'value patient'],
    ['too many minutes', { ...good, minutes: 61 }, 'value minutes'],
    ['half a minute', { ...good, minutes: 0.5 }, 'value minutes'],
    ['minutes as a text', { ...good, minutes: '5' }, 'value minutes'],
    ['an empty reason', { ...good, reason: ' ' }, 'value reason'],
    ['too long a reason', { ...good, reason: 'x'.repeat(21) }, 'value reason'],
    ['a time without an offset', { ...good, start: '2026-03-01T09:00:00' }, 'value start'],
    ['a day that does not exist', { ...good, start: '2026-13-01T09:00:00Z' }, 'value start'],
    ['yes for true', { ...good, overbook: 'yes' }, 'value overbook'],
    ['a parameter that there is not', { ...good, minute: 5 }, 'value minute'],
    ['a name from the prototype', { ...good, constructor: 1 }, 'value constructor'],
  ])('%s is refused and named', (_what, body, refusal) => {
    expect(refusalOf(body)).toBe(refusal);
  });

  test('whatever the body is, it is read or refused', () => {
    fc.assert(fc.property(fc.anything(), (body) => /^(accepted|required|value)/.test(refusalOf(body))));
  });
});
