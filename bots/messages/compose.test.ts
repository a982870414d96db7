import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import type { WithId } from '@medplum/core';
import type {
  ActivityDefinition,
  Appointment,
  Communication,
  ContactPoint,
  Location,
  Patient,
  Practitioner,
} from '@medplum/fhirtypes';
import { addressOf } from './address.ts';
import { compose } from './compose.ts';
import type { Composed, Draft } from './compose.ts';
import { MESSAGE_TEMPLATE } from './names.ts';
import { render, textProblems } from './render.ts';
import { CHANNELS, inLanguageOf, mediumOf, variantsOf } from './template.ts';
import type { Channel, Variant } from './template.ts';
import { templateProblems } from './template-problems.ts';
import { VARIABLES } from './variable-names.ts';
import { escaped, variablesOf } from './variables.ts';

const NOW = new Date('2030-03-04T12:00:00Z');

const patient = (over: Partial<Patient> = {}): WithId<Patient> => ({
  resourceType: 'Patient',
  id: 'pat',
  name: [{ given: ['Lena'], family: 'Okafor' }],
  telecom: [
    { system: 'phone', use: 'mobile', value: '+12025550123' },
    { system: 'email', value: 'lena@example.org' },
  ],
  ...over,
});
const speaking = (...codes: string[]): Partial<Patient> => ({
  communication: codes.map((code, index) => ({ language: { coding: [{ code }] }, preferred: index === 1 })),
});

const appointment: Appointment = {
  resourceType: 'Appointment',
  status: 'booked',
  start: '2030-03-14T14:00:00Z',
  end: '2030-03-14T14:30:00Z',
  participant: [],
};
const practitioner: WithId<Practitioner> = {
  resourceType: 'Practitioner',
  id: 'pra',
  name: [{ given: ['Ana'], family: 'Silva', prefix: ['Dr.'] }],
};
const site: WithId<Location> = {
  resourceType: 'Location',
  id: 'loc',
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'America/New_York' }],
  name: 'Riverside Clinic',
  telecom: [{ system: 'phone', value: '+12025550100' }],
  address: { line: ['12 River Street'], city: 'Springfield' },
};
const context = { appointment, visit: { practitioner, location: site }, site, secrets: {} };

const template = (...variants: [Channel, string, string][]): ActivityDefinition => ({
  resourceType: 'ActivityDefinition',
  status: 'active',
  extension: variants.map(([channel, language, body]) => ({
    url: MESSAGE_TEMPLATE,
    extension: [
      { url: 'channel', valueCode: channel },
      { url: 'language', valueCode: language },
      { url: 'body', valueString: body },
    ],
  })),
});
const draft = (over: Partial<Draft> = {}, communication: Partial<Communication> = {}): Draft => ({
  communication: {
    resourceType: 'Communication',
    status: 'preparation',
    recipient: [{ reference: 'Patient/pat' }],
    instantiatesCanonical: ['https://example.org/t'],
    ...communication,
  },
  template: template(['sms', 'en', 'Hello {{ patient.given }}'], ['email', 'en', 'Dear {{ patient.name }}']),
  recipient: patient(),
  context,
  ...over,
});

describe('A message is composed', () => {
  test('on the first channel of the template on which the recipient is reached', () => {
    expect(compose(draft(), NOW)).toEqual({
      channel: 'sms',
      address: '+12025550123',
      others: ['email'],
      isRendered: true,
      body: 'Hello Lena',
    });
    const byMail = patient({ telecom: [{ system: 'email', value: 'lena@example.org' }] });
    expect(compose(draft({ recipient: byMail }), NOW)).toMatchObject({ channel: 'email', body: 'Dear Lena Okafor' });
  });

  test('on the channel that the Communication asks for, and on no other', () => {
    expect(compose(draft({}, { medium: [mediumOf('email')] }), NOW)).toMatchObject({ channel: 'email' });
    const noMail = patient({ telecom: [{ system: 'phone', value: '+12025550123' }] });
    expect(compose(draft({ recipient: noMail }, { medium: [mediumOf('email')] }), NOW)).toEqual({
      reason: 'no-address',
    });
    expect(compose(draft({}, { medium: [mediumOf('whatsapp')] }), NOW)).toMatchObject({ reason: 'invalid-template' });
  });

  test('of its own text, if it has one', () => {
    const own = draft(
      { template: undefined },
      {
        instantiatesCanonical: undefined,
        payload: [{ contentString: 'One {{ patient.given }}' }, { contentString: 'two' }],
      },
    );
    expect(compose(own, NOW)).toMatchObject({ body: 'One {{ patient.given }}\ntwo' });
  });

  test.each<[string, Draft, string]>([
    ['nobody to get it', draft({ recipient: undefined }), 'invalid-address'],
    ['two to get it', draft({}, { recipient: [{}, {}] }), 'invalid-address'],
    ['no address', draft({ recipient: patient({ telecom: [] }) }), 'no-address'],
    [
      'a number that is none',
      draft({ recipient: patient({ telecom: [{ system: 'phone', value: 'ask' }] }) }),
      'invalid-address',
    ],
    ['nothing to say', draft({ template: undefined }, { instantiatesCanonical: undefined }), 'no-content'],
    ['a template that is gone', draft({ template: undefined }), 'invalid-template'],
    [
      'an unknown variable',
      draft({ template: template(['sms', 'en', '{{ patient.diagnosis }}']) }),
      'invalid-template',
    ],
    ['a broken template', draft({ template: template(['sms', 'en', '{% if %}']) }), 'invalid-template'],
    ['an empty text', draft({ template: template(['sms', 'en', '{% if false %}x{% endif %}']) }), 'invalid-template'],
  ])('not with %s', (_what, given, reason) => {
    expect(compose(given, NOW)).toMatchObject({ reason });
  });

  test('an unknown variable is named to the person who has to mend it, and no value is', () => {
    const broken = draft({ template: template(['sms', 'en', '{{ patient.given }} {{ patient.diagnosis }}']) });
    const { text } = compose(broken, NOW) as { text: string };
    expect(text).toMatch(/diagnosis/);
    expect(text).not.toMatch(/Lena/);
  });
});

describe('Where a recipient is reached', () => {
  const reached = (telecom: ContactPoint[], channel: Channel): string | undefined =>
    addressOf(patient({ telecom }), channel, NOW);

  test('is by rank, a mobile number first', () => {
    expect(
      reached(
        [
          { system: 'phone', value: '1' },
          { system: 'phone', use: 'mobile', value: '2' },
        ],
        'sms',
      ),
    ).toBe('2');
    expect(
      reached(
        [
          { system: 'phone', use: 'mobile', value: '1' },
          { system: 'phone', rank: 1, value: '2' },
        ],
        'sms',
      ),
    ).toBe('2');
  });

  test('is nowhere that is old, over or of another kind', () => {
    expect(reached([{ system: 'phone', use: 'old', value: '1' }], 'sms')).toBeUndefined();
    expect(reached([{ system: 'phone', value: '1', period: { end: '2029-01-01' } }], 'sms')).toBeUndefined();
    expect(reached([{ system: 'fax', value: '1' }], 'sms')).toBeUndefined();
    expect(reached([{ system: 'sms', value: '1' }], 'whatsapp')).toBeUndefined();
  });
});

describe('The language of a message', () => {
  const variants = variantsOf(
    template(['sms', 'en', 'a'], ['sms', 'es', 'b'], ['sms', 'es-MX', 'c'], ['sms', 'de-AT', 'd']),
  );
  test.each([
    [['es'], 'es'],
    [['es-MX'], 'es-MX'],
    [['es-AR'], 'es'],
    [['de'], 'de-AT'],
    [['fr'], 'en'],
    [[], 'en'],
    // The second one is preferred.
    [['es', 'de'], 'de-AT'],
    [['es', 'fr'], 'es'],
  ])('of somebody who speaks %j is %s', (codes, language) => {
    expect(inLanguageOf(variants, patient(speaking(...codes)))?.language).toBe(language);
  });
});

describe('What stands in a record', () => {
  const inMessage = (given: string, channel: Channel): string => {
    const variant: Variant = {
      channel,
      language: 'en',
      subject: 'Re {{ patient.given }}',
      body: '[{{ patient.given }}]',
    };
    const recipient = patient({ name: [{ given: [given], family: 'X' }] });
    const rendered = render(variant, variablesOf({ ...context, recipient }, 'en', channel));
    return 'problem' in rendered ? '' : `${rendered.subject}\n${rendered.body}`;
  };

  test.each([
    ['two\r\nBcc: all@example.org', 'two Bcc: all@example.org'],
    ['{{ patient.family }}', '{{ patient.family }}'],
    ['{% assign x = 1 %}', '{% assign x = 1 %}'],
    ['\u202Eevil\u2066', 'evil'],
    ['a\u2028b', 'a b'],
  ])('%j cannot change what a message is', (given, shown) => {
    expect(inMessage(given, 'email')).toBe(`Re ${shown}\n[${shown}]`);
  });

  test('has no marks for WhatsApp', () => {
    expect(escaped('*bold* _it_ ~no~ `code`', 'whatsapp')).toBe('bold it no code');
    expect(escaped('*bold*', 'sms')).toBe('*bold*');
  });

  test('stays on its line and within its length, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom(...CHANNELS), (value, channel) => {
        const safe = escaped(value, channel);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect([...safe].length).toBeLessThanOrEqual(120);
      }),
    );
  });
});

describe('The shipped templates', () => {
  const folder = new URL('../../resources/templates/', import.meta.url);
  const shipped = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as ActivityDefinition,
  );

  test.each(shipped.map((one) => [one.name ?? '', one] as const))(
    '%s says it in every language it has',
    (_name, one) => {
      const variants = variantsOf(one);
      expect(new Set(variants.map(({ channel, language }) => `${channel} ${language}`)).size).toBe(variants.length);
      expect(variants.length).toBeGreaterThanOrEqual(4);
      for (const variant of variants) {
        const full = render(
          variant,
          variablesOf({ ...context, recipient: patient() }, variant.language, variant.channel),
        );
        expect(full).toHaveProperty('body', expect.stringMatching(/Lena/));
        // Of an appointment of which next to nothing is known.
        const bare = { appointment, visit: {}, secrets: {}, recipient: patient() };
        expect(render(variant, variablesOf(bare, variant.language, variant.channel))).not.toHaveProperty('problem');
      }
    },
  );

  test('tell the time of the place, in the language of the patient', () => {
    const confirmation = shipped.find(({ name }) => name === 'AppointmentConfirmation');
    const said = (recipient: WithId<Patient>): string =>
      (compose({ ...draft(), template: confirmation, recipient }, NOW) as Composed).body;
    expect(said(patient())).toBe(
      'Hello Lena, your appointment with Dr. Ana Silva is booked for Thursday, March 14, 2030, 10:00 AM at Riverside Clinic. Questions or a change of plan? Call +12025550100.',
    );
    expect(said(patient(speaking('es')))).toMatch(
      /^Hola Lena: su cita con Dr\. Ana Silva .* jueves, 14 de marzo de 2030, 10:00/,
    );
  });
});

describe('A language that there is not', () => {
  test.each(['en_US', 'x', ''])('makes "%s" a problem of its template, and no message throws over it', (valueCode) => {
    const template: ActivityDefinition = {
      resourceType: 'ActivityDefinition',
      status: 'active',
      extension: [
        {
          url: MESSAGE_TEMPLATE,
          extension: [
            { url: 'channel', valueCode: 'sms' },
            { url: 'language', valueCode },
            { url: 'body', valueString: 'On {{ appointment.date }}.' },
          ],
        },
      ],
    };
    expect(templateProblems(template)).toEqual([expect.stringContaining('a language')]);
    expect(variantsOf(template)).toEqual([]);
  });
});

describe('An output', () => {
  test.each<[string, string[]]>([
    ['{{ patient }}', ['there is no variable "patient"']],
    ['{% if location %}At {{ location }}.{% endif %}', ['there is no variable "location"']],
    ['{% if location %}At {{ location.name }}.{% endif %}', []],
    ['{{ patient.name | upcase }}', []],
  ])('of %s', (body, problems) => {
    expect(textProblems(body, VARIABLES)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});
