import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import type { Story } from '../story.ts';
import { fhir, outcome, resource } from '../story.ts';

const SYSTEM = 'urn:careline:colours:{run}';

const colours: CodeSystem = {
  resourceType: 'CodeSystem',
  url: SYSTEM,
  name: 'Colours',
  title: 'Colours of the clinic',
  version: '3',
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  property: [
    { code: 'warm', type: 'boolean' },
    { code: 'parent', uri: 'http://hl7.org/fhir/concept-properties#parent', type: 'code' },
  ],
  concept: [
    {
      code: 'red',
      display: 'Red',
      definition: 'The colour of blood',
      property: [{ code: 'warm', valueBoolean: true }],
      concept: [
        { code: 'crimson', display: 'Crimson red' },
        { code: 'scarlet', display: 'Scarlet red' },
      ],
    },
    { code: 'blue', display: 'Blue', designation: [{ language: 'de', value: 'Blau' }] },
  ],
};

const valueSet = (name: string, include: NonNullable<ValueSet['compose']>['include'][number]): ValueSet => ({
  resourceType: 'ValueSet',
  url: `urn:careline:${name}:{run}`,
  status: 'active',
  compose: { include: [{ system: SYSTEM, ...include }] },
});

const sets = {
  all: valueSet('all', {}),
  reds: valueSet('reds', { filter: [{ property: 'concept', op: 'is-a', value: 'red' }] }),
  named: valueSet('named', { concept: [{ code: 'blue' }, { code: 'scarlet' }, { code: 'pink' }] }),
};

type SetName = keyof typeof sets;

/** A value set with these codes; a total that is not their number is of all pages. */
const expanded = (name: SetName, codes: string[], more: object = { total: codes.length }): ReturnType<typeof fhir> =>
  resource(200, `{${name}.version}`, {
    ...sets[name],
    id: `{${name}}`,
    expansion: { contains: codes.map((code) => ({ code, system: SYSTEM })), timestamp: '{instant}', ...more },
  });

const parameters = (...parameter: object[]): ReturnType<typeof fhir> =>
  fhir(200, { resourceType: 'Parameters', parameter });

const NAME = { name: 'name', valueString: 'Colours of the clinic' };
const VERSION = { name: 'version', valueString: '3' };
const display = (valueString: string): object => ({ name: 'display', valueString });
const result = (valueBoolean: boolean): object => ({ name: 'result', valueBoolean });
const WARM = {
  name: 'property',
  part: [
    { name: 'code', valueCode: 'warm' },
    { name: 'value', valueBoolean: true },
  ],
};
const OF_RED = {
  name: 'property',
  part: [
    { name: 'code', valueCode: 'parent' },
    { name: 'value', valueCode: 'red' },
    { name: 'description', valueString: 'Red' },
  ],
};
const GERMAN = {
  name: 'designation',
  part: [
    { name: 'language', valueCode: 'de' },
    { name: 'value', valueString: 'Blau' },
  ],
};

const coding = (code: string): object => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'coding', valueCoding: { system: SYSTEM, code } }],
});

/** Without the displays, which are people's names for things and not compared. */
const withoutDisplays = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'display' ? undefined : item)));

const made = (type: string, name: string, body: object): ReturnType<typeof fhir> =>
  resource(
    201,
    `{${name}.version}`,
    { ...(withoutDisplays(body) as object), id: `{${name}}` },
    {
      location: `{base}/fhir/R4/${type}/{${name}}`,
    },
  );

/** Codes, and sets of them. */
export const TERMINOLOGY: Story = {
  name: 'terminology',
  steps: [
    {
      name: 'a code system',
      send: 'POST CodeSystem',
      body: colours,
      keep: 'colours',
      expect: made('CodeSystem', 'colours', colours),
    },
    ...(Object.keys(sets) as SetName[]).map((name) => ({
      name: `the value set "${name}"`,
      send: 'POST ValueSet' as const,
      body: sets[name],
      keep: name,
      expect: made('ValueSet', name, sets[name]),
    })),
    {
      name: 'all of a system',
      send: 'GET ValueSet/$expand?url=urn:careline:all:{run}',
      expect: expanded('all', ['red', 'crimson', 'scarlet', 'blue']),
    },
    {
      name: 'what somebody types',
      send: 'GET ValueSet/$expand?url=urn:careline:all:{run}&filter=red',
      expect: expanded('all', ['red', 'crimson', 'scarlet']),
    },
    {
      name: 'a code that somebody types',
      send: 'GET ValueSet/$expand?url=urn:careline:all:{run}&filter=blue',
      expect: expanded('all', ['blue']),
    },
    {
      // Of one: in which order Medplum's database gives several, nobody says.
      name: 'a page from an offset',
      send: 'GET ValueSet/$expand?url=urn:careline:all:{run}&filter=blue&count=2&offset=1',
      expect: expanded('all', []),
      here: { because: 'expansion-total', answer: expanded('all', [], { offset: 1, total: 1 }) },
    },
    {
      name: 'what is a kind of something',
      send: 'GET ValueSet/$expand?url=urn:careline:reds:{run}',
      expect: expanded('reds', ['red', 'crimson', 'scarlet']),
    },
    {
      name: 'named codes, as far as there are such',
      send: 'GET ValueSet/$expand?url=urn:careline:named:{run}',
      expect: expanded('named', ['blue', 'scarlet']),
    },
    {
      name: 'a version that the value set does not have',
      send: 'GET ValueSet/$expand?url=urn:careline:named:{run}%7C1',
      expect: expanded('named', ['blue', 'scarlet']),
      here: { because: 'canonical-version', answer: outcome(400, 'error invalid @url') },
    },
    {
      name: 'by POST',
      send: 'POST ValueSet/$expand',
      body: {
        resourceType: 'Parameters',
        parameter: [
          { name: 'url', valueUri: 'urn:careline:reds:{run}' },
          { name: 'filter', valueString: 'scar' },
        ],
      },
      expect: expanded('reds', ['scarlet']),
    },
    {
      name: 'by id',
      send: 'GET ValueSet/{named.id}/$expand',
      expect: outcome(404, 'not-found: error not-found'),
      here: { because: 'expand-by-id', answer: expanded('named', ['blue', 'scarlet']) },
    },
    {
      name: 'an unknown value set',
      send: 'GET ValueSet/$expand?url=urn:careline:none',
      expect: outcome(400, 'error invalid'),
    },
    { name: 'no value set', send: 'GET ValueSet/$expand', expect: outcome(400, 'error invalid') },
    {
      name: 'a count that is no number',
      send: 'GET ValueSet/$expand?url=urn:careline:all:{run}&count=many',
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'what a code means',
      send: `GET CodeSystem/$lookup?system=${SYSTEM}&code=red`,
      expect: parameters(NAME, display('Red'), WARM),
      here: {
        because: 'lookup-tells-more',
        answer: parameters(
          NAME,
          VERSION,
          display('Red'),
          { name: 'definition', valueString: 'The colour of blood' },
          WARM,
        ),
      },
    },
    {
      name: 'what a code is a kind of',
      send: 'POST CodeSystem/$lookup',
      body: coding('crimson'),
      expect: parameters(NAME, display('Crimson red'), OF_RED),
      here: {
        because: 'lookup-tells-more',
        answer: parameters(NAME, VERSION, display('Crimson red'), OF_RED),
      },
    },
    {
      name: 'what a code is called elsewhere',
      send: 'GET CodeSystem/{colours.id}/$lookup?code=blue',
      expect: parameters(NAME, display('Blue'), GERMAN),
      here: { because: 'lookup-tells-more', answer: parameters(NAME, VERSION, display('Blue'), GERMAN) },
    },
    {
      name: 'an unknown code',
      send: `GET CodeSystem/$lookup?system=${SYSTEM}&code=pink`,
      expect: outcome(404, 'not-found: error not-found'),
    },
    {
      name: 'a code of an unknown system',
      send: 'GET CodeSystem/$lookup?system=urn:careline:none&code=pink',
      expect: outcome(400, 'error invalid'),
    },
    { name: 'a code of no system', send: 'GET CodeSystem/$lookup?code=pink', expect: outcome(400, 'error invalid') },
    {
      name: 'no code',
      send: `GET CodeSystem/$lookup?system=${SYSTEM}`,
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'a good code',
      send: `GET CodeSystem/$validate-code?url=${SYSTEM}&code=red`,
      expect: parameters(result(true), display('Red')),
    },
    {
      name: 'a bad code',
      send: `GET CodeSystem/$validate-code?url=${SYSTEM}&code=pink`,
      expect: parameters(result(false)),
    },
    {
      name: 'a good code of a system by id',
      send: 'GET CodeSystem/{colours.id}/$validate-code?code=crimson',
      expect: parameters(result(true), display('Crimson red')),
    },
    {
      name: 'a good coding',
      send: 'POST CodeSystem/$validate-code',
      body: coding('scarlet'),
      expect: parameters(result(true), display('Scarlet red')),
    },
    {
      name: 'whether a code is good in no system',
      send: 'GET CodeSystem/$validate-code?code=red',
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'whether a code is good in an unknown system',
      send: 'GET CodeSystem/$validate-code?url=urn:careline:none&code=red',
      expect: parameters(result(true)),
      here: { because: 'unknown-system', answer: outcome(400, 'error invalid @url') },
    },
    {
      name: 'a code in a value set',
      send: `GET ValueSet/$validate-code?url=urn:careline:reds:{run}&system=${SYSTEM}&code=scarlet`,
      expect: parameters(result(true), display('Scarlet red')),
    },
    {
      name: 'a code outside of it',
      send: `GET ValueSet/$validate-code?url=urn:careline:reds:{run}&system=${SYSTEM}&code=blue`,
      expect: parameters(result(false)),
    },
    {
      name: 'a code by another name',
      send: `GET ValueSet/$validate-code?url=urn:careline:reds:{run}&system=${SYSTEM}&code=scarlet&display=Wrong`,
      expect: parameters(result(true), display('Wrong')),
      here: { because: 'display-checked', answer: parameters(result(false), display('Scarlet red')) },
    },
    {
      name: 'one of the codings of a concept',
      send: 'POST ValueSet/{reds.id}/$validate-code',
      body: {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'codeableConcept',
            valueCodeableConcept: {
              coding: [
                { system: 'urn:other', code: 'red' },
                { system: SYSTEM, code: 'red' },
              ],
            },
          },
        ],
      },
      expect: parameters(result(true), display('Red')),
    },
    {
      name: 'an unknown value set for a code',
      send: `GET ValueSet/$validate-code?url=urn:careline:none&system=${SYSTEM}&code=red`,
      expect: outcome(400, 'error invalid'),
    },
    {
      name: 'no code for a value set',
      send: `GET ValueSet/{reds.id}/$validate-code?system=${SYSTEM}`,
      expect: outcome(400, 'error invalid'),
    },
  ],
};
