import { describe, expect, test } from '@jest/globals';
import type { Communication, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { conversation, failureOf, isIncoming, messageState, replyChannels } from '../../web/src/fhir/messages.ts';
import { contactOf, isWrongPhone, withContact } from '../../web/src/fhir/contact.ts';
import { byUrgency } from '../../web/src/fhir/tickets.ts';
import { ageOn, contactsOf } from '../../web/src/staff/patients/facts.ts';
import { formOf, merged, problemsOf, withForm } from '../../web/src/staff/patients/patient-form.ts';
import { mergeTimeline } from '../../web/src/staff/patients/timeline.ts';

describe('what is said of a patient', () => {
  test.each([
    ['1967-05-04', '2026-05-03', 'years', 58],
    ['1967-05-04', '2026-05-04', 'years', 59],
    ['2024-03-31', '2026-03-30', 'months', 23],
    ['2024-03-31', '2026-03-31', 'years', 2],
    ['2026-02-20', '2026-03-02', 'months', 0],
  ])('born on %s, on %s: %s %i', (born, today, unit, count) => {
    expect(ageOn(born, today)).toEqual({ unit, count });
  });

  test('no age of a birth date without a day, nor before the birth', () => {
    expect(ageOn('1967', '2026-03-02')).toBeUndefined();
    expect(ageOn('2026-03-03', '2026-03-02')).toBeUndefined();
  });

  test('contacts in use, the preferred one first', () => {
    const telecom: Patient['telecom'] = [
      { system: 'phone', value: '1', use: 'old' },
      { system: 'phone', value: '2' },
      { system: 'email', value: '3', rank: 1 },
    ];
    expect(contactsOf({ resourceType: 'Patient', telecom }).map(({ value }) => value)).toEqual(['3', '2']);
  });
});

describe('a timeline of several kinds', () => {
  const at = (key: string, day: number): { key: string; time: string } => ({
    key,
    time: new Date(Date.UTC(2026, 0, day)).toISOString(),
  });

  test('shows nothing before which something may be missing, and says of what more is needed', () => {
    const { moments, short } = mergeTimeline([
      { moments: [at('a', 9), at('b', 5)], reach: at('', 5).time },
      { moments: [at('c', 7), at('d', 1)] },
      { moments: [at('e', 8), at('f', 4)], reach: at('', 4).time },
    ]);
    expect(moments.map(({ key }) => key)).toEqual(['a', 'e', 'c', 'b']);
    expect(short).toEqual([0]);
  });

  test('page after page, everything comes once and in order', () => {
    const days = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(days, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5 }), (kinds, size) => {
        const all = kinds.map((kind, number) =>
          kind.toSorted((a, b) => b - a).map((day, index) => at(`${number}.${index}`, day)),
        );
        const loaded = all.map(() => size);
        for (;;) {
          const sources = all.map((moments, kind) => {
            const page = moments.slice(0, loaded[kind]);
            const last = page.at(-1)?.time;
            return { moments: page, ...(page.length < moments.length && last && { reach: last }) };
          });
          const { moments, short } = mergeTimeline(sources);
          const whole = all.flat().toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
          expect(moments.map(({ time }) => time)).toEqual(whole.slice(0, moments.length).map(({ time }) => time));
          if (short.length === 0) {
            expect(moments).toHaveLength(whole.length);
            return;
          }
          short.forEach((kind) => (loaded[kind] = (loaded[kind] ?? 0) + size));
        }
      }),
    );
  });
});

describe('the form of a patient', () => {
  const patient: Patient = {
    resourceType: 'Patient',
    name: [
      { use: 'official', given: ['Joseph', 'A.'], family: 'Miller', text: 'Joseph A. Miller' },
      { use: 'nickname', text: 'Joe' },
    ],
    telecom: [
      { system: 'phone', value: '(202) 555-0111', use: 'mobile' },
      { system: 'phone', value: '+12025550199', use: 'home', rank: 2 },
      { system: 'email', value: 'joseph@example.com' },
    ],
    communication: [{ language: { coding: [{ code: 'en' }] }, preferred: true }],
    address: [{ line: ['12 River Street', 'Flat 2'], city: 'Springfield', country: 'US' }],
  };

  test('saved as it was opened changes nothing', () => {
    expect(withForm(patient, formOf(patient))).toEqual(patient);
    expect(problemsOf(formOf(patient), patient)).toEqual({});
  });

  test('changes what was edited, and keeps what it does not show', () => {
    const edited = withForm(patient, {
      ...formOf(patient),
      family: 'Moller',
      phone: '+1 202 555 0123',
      email: '',
      preferred: 'phone',
      language: 'es',
      city: 'Shelbyville',
    });
    expect(edited.name).toEqual([
      { use: 'official', given: ['Joseph', 'A.'], family: 'Moller' },
      { use: 'nickname', text: 'Joe' },
    ]);
    expect(edited.telecom).toEqual([
      { system: 'phone', value: '+12025550123', use: 'mobile', rank: 1 },
      { system: 'phone', value: '+12025550199', use: 'home', rank: 2 },
    ]);
    expect(edited.communication).toEqual([
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'es' }] }, preferred: true },
      { language: { coding: [{ code: 'en' }] } },
    ]);
    expect(edited.address).toEqual([{ line: ['12 River Street', 'Flat 2'], city: 'Shelbyville', country: 'US' }]);
  });

  test('of two that edited at once, each keeps what the other did not touch', () => {
    const theirs = withForm(patient, { ...formOf(patient), city: 'Shelbyville', phone: '+12025550144' });
    const mine = { ...formOf(patient), phone: '+12025550133' };
    expect(merged(mine, patient, theirs)).toEqual({ ...formOf(theirs), phone: '+12025550133' });
  });

  test('what is emptied is gone, without empty lists or objects', () => {
    const bare: Patient = { resourceType: 'Patient', name: [{ family: 'Miller' }], address: [{ city: 'Springfield' }] };
    const emptied = withForm(
      { ...bare, telecom: [{ system: 'email', value: 'a@b.c' }] },
      formOf({ ...bare, address: [] }),
    );
    expect(JSON.parse(JSON.stringify(emptied))).toEqual({ resourceType: 'Patient', name: [{ family: 'Miller' }] });
  });

  test('says what is wrong', () => {
    const wrong = { ...formOf(patient), family: ' ', phone: '555 0111' };
    expect(problemsOf(wrong, patient)).toEqual({ family: 'familyNeeded', phone: 'phoneShape' });
  });
});

describe('how a patient is reached, edited by themself', () => {
  const patient: Patient = {
    resourceType: 'Patient',
    telecom: [
      { system: 'phone', value: '+12025550111', use: 'mobile', rank: 1 },
      { system: 'email', value: 'joseph@example.com' },
    ],
    communication: [
      { language: { coding: [{ code: 'es-MX' }] } },
      { language: { coding: [{ code: 'de-AT' }] }, preferred: true },
    ],
  };

  test('saved as it was opened changes nothing, and a number stays what it was beside its digits', () => {
    expect(withContact(patient, contactOf(patient))).toEqual(patient);
    const edited = withContact(patient, { ...contactOf(patient), phone: '+1 (202) 555-0144' });
    expect(edited.telecom?.[0]).toEqual({ system: 'phone', value: '+12025550144', use: 'mobile', rank: 1 });
  });

  test('a language is preferred in the variant that they speak', () => {
    expect(contactOf(patient).language).toBe('de-AT');
    const codes = (language: string): (string | undefined)[] =>
      (withContact(patient, { ...contactOf(patient), language }).communication ?? []).map(
        (one) => one.language.coding?.[0]?.code,
      );
    expect(codes('es')).toEqual(['es-MX', 'de-AT']);
    expect(codes('en')).toEqual(['en', 'es-MX', 'de-AT']);
  });

  test('what is no number is said, unless it was there before', () => {
    expect(isWrongPhone('555 0111', patient)).toBe(true);
    expect(isWrongPhone('+1 202 555 0199', patient)).toBe(false);
    expect(isWrongPhone('', patient)).toBe(false);
    expect(isWrongPhone('0111', { ...patient, telecom: [{ system: 'phone', value: '0111' }] })).toBe(false);
  });
});

describe('messages in words', () => {
  const message = (over: Partial<Communication>): Communication => ({
    resourceType: 'Communication',
    status: 'completed',
    ...over,
  });

  test('what has become of one', () => {
    expect(messageState(message({ status: 'on-hold' }))).toBe('waiting');
    expect(messageState(message({}))).toBe('sent');
    expect(messageState(message({ received: '2026-03-02T13:00:00Z' }))).toBe('delivered');
    expect(messageState(message({ sender: { reference: 'Patient/1' } }))).toBe('received');
    expect(messageState(message({ status: 'not-done' }))).toBe('failed');
  });

  test('what comes from nobody known came in, too', () => {
    const coding = [{ system: 'https://careline.dev/fhir/CodeSystem/message-category', code: 'incoming' }];
    expect(isIncoming(message({ category: [{ coding }] }))).toBe(true);
    expect(isIncoming(message({ sender: { reference: 'Practitioner/1' } }))).toBe(false);
  });

  test('only reasons that there are words for', () => {
    const system = 'https://careline.dev/fhir/CodeSystem/message-status-reason';
    expect(failureOf(message({ statusReason: { coding: [{ system, code: 'opted-out' }] } }))).toBe('opted-out');
    expect(failureOf(message({ statusReason: { coding: [{ system, code: 'novel' }] } }))).toBeUndefined();
  });

  test('a conversation is in its order, without headers of threads', () => {
    const thread = message({ identifier: [{ system: 'https://careline.dev/fhir/sid/thread', value: 'Patient/1' }] });
    const [first, second] = ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'].map((sent) => message({ sent }));
    expect(conversation([second, thread, first].flatMap((one) => one ?? []))).toEqual([first, second]);
  });

  test('an answer goes by the channel of the question, and never by one that was refused', () => {
    const patient: Patient = {
      resourceType: 'Patient',
      telecom: [
        { system: 'phone', value: '+12025550111' },
        { system: 'email', value: 'a@example.com' },
      ],
    };
    const system = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode';
    const mail = message({ medium: [{ coding: [{ system, code: 'EMAILWRIT' }] }] });
    expect(replyChannels(patient, [], undefined)).toEqual(['sms', 'email']);
    expect(replyChannels(patient, [], mail)).toEqual(['email', 'sms']);
    expect(replyChannels(patient, ['email'], mail)).toEqual(['sms']);
    expect(replyChannels({ resourceType: 'Patient' }, [], mail)).toEqual([]);
  });
});

test('tickets: the most urgent first, then what waits longest', () => {
  const ticket = (priority: 'routine' | 'urgent' | undefined, authoredOn: string) =>
    ({ resourceType: 'Task', status: 'requested', intent: 'order', priority, authoredOn }) as const;
  const [a, b, c] = [
    ticket(undefined, '2026-03-02T00:00:00Z'),
    ticket('urgent', '2026-03-02T00:00:00Z'),
    ticket('routine', '2026-03-01T00:00:00Z'),
  ];
  expect(byUrgency([a, b, c])).toEqual([b, c, a]);
});
