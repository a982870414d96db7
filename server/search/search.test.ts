import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  Appointment,
  Bundle,
  Encounter,
  Observation,
  OperationOutcome,
  Patient,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
  Slot,
  ValueSet,
} from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { Fixture } from '../fhir/fixtures.ts';
import { issueText, makeFixture, memberContext, sender } from '../fhir/fixtures.ts';

let fixture: Fixture;
/** Names that the cases use, by the ids that the server gave. */
const names = new Map<string, string>();
const ids = new Map<string, string>();

async function create(name: string, resource: Resource): Promise<string> {
  const { status, body } = await fixture.send('POST', resource.resourceType, resource);
  expect([status, status === 201 ? '' : body]).toEqual([201, '']);
  const reference = `${resource.resourceType}/${body.id}`;
  names.set(reference, name);
  ids.set(name, body.id as string);
  fixture.clock.advance(60_000);
  return reference;
}

beforeAll(async () => {
  fixture = makeFixture();
  const place = await create('north', { resourceType: 'Location', name: 'North Wing' });
  const doctor = await create('doctor', practitioner('Grün', ['Élise']));
  const role = await create('role', {
    resourceType: 'PractitionerRole',
    practitioner: { reference: doctor },
    location: [{ reference: place }],
  } satisfies PractitionerRole);
  const doctorSchedule = await create('doctor schedule', schedule(doctor));
  const roleSchedule = await create('role schedule', schedule(role));
  const nine = await create('nine', slot(doctorSchedule, '2026-03-02T09:00:00Z', 'free'));
  await create('ten', slot(doctorSchedule, '2026-03-02T10:00:00Z', 'busy'));
  await create('tomorrow', slot(doctorSchedule, '2026-03-03T09:00:00Z', 'free'));
  await create('role slot', slot(roleSchedule, '2026-03-02T09:30:00Z', 'free'));
  const ada = await create('ada', {
    resourceType: 'Patient',
    active: true,
    identifier: [{ system: 'urn:mrn', value: 'A-1' }, { value: 'bare' }],
    name: [{ family: 'van der Berg', given: ['Ada', 'Mary Lou'] }],
    gender: 'female',
    birthDate: '1980-05-17',
    telecom: [
      { system: 'phone', value: '+15550001' },
      { system: 'email', value: 'Ada@Example.com' },
    ],
    address: [{ line: ['1 Main Street'], city: 'Springfield', state: 'IL', postalCode: '62701' }],
    generalPractitioner: [{ reference: doctor }],
    meta: { tag: [{ system: 'urn:tags', code: 'vip' }], profile: ['urn:profile'] },
  } satisfies Patient);
  const bo = await create('bo', {
    resourceType: 'Patient',
    active: false,
    identifier: [{ system: 'urn:other', value: 'A-1' }],
    name: [{ family: 'Berger', given: ['Bo'] }],
    birthDate: '1980',
    maritalStatus: { coding: [{ system: 'urn:m', code: 'M', display: 'Married' }], text: 'Happily' },
  } satisfies Patient);
  await create('nobody', { resourceType: 'Patient' } satisfies Patient);
  await create('weight', observation(ada, 'weight', 71.5, '2026-03-02T10:00:00+02:00'));
  await create('pulse', observation(ada, 'pulse', 64, '2026-03-02'));
  await create('bo weight', observation(bo, 'weight', 90, '2026-02-01'));
  await create('visit', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'urn:class', code: 'AMB' },
    subject: { reference: ada },
    period: { start: '2026-03-02T09:00:00Z', end: '2026-03-04T10:00:00Z' },
  } satisfies Encounter);
  await create('stay', {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'urn:class', code: 'AMB' },
    subject: { identifier: { system: 'urn:mrn', value: 'A-1' } },
    period: { start: '2026-03-03T09:00:00Z' },
  } satisfies Encounter);
  await create('appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-03-02T09:00:00Z',
    end: '2026-03-02T09:15:00Z',
    slot: [{ reference: nine }],
    participant: [
      { actor: { reference: ada }, status: 'accepted' },
      { actor: { reference: doctor }, status: 'accepted' },
    ],
  } satisfies Appointment);
  await create('value set', {
    resourceType: 'ValueSet',
    status: 'active',
    url: 'http://example.com/vs/colours',
  } satisfies ValueSet);
});

afterAll(() => fixture.store.close());

function practitioner(family: string, given: string[]): Practitioner {
  return { resourceType: 'Practitioner', name: [{ family, given }] };
}

function schedule(actor: string): Schedule {
  return { resourceType: 'Schedule', actor: [{ reference: actor }] };
}

function slot(of: string, start: string, status: Slot['status']): Slot {
  const end = new Date(Date.parse(start) + 900_000).toISOString();
  return { resourceType: 'Slot', schedule: { reference: of }, start, end, status };
}

function observation(subject: string, code: string, value: number, effectiveDateTime: string): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'urn:codes', code }] },
    subject: { reference: subject },
    effectiveDateTime,
    valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  };
}

/** `{ada}` in a query stands for her id. */
function withIds(query: string): string {
  return query.replace(/\{([^}]+)\}/g, (_match, name: string) => ids.get(name) ?? 'missing');
}

async function found(query: string): Promise<string[]> {
  const { status, body } = await fixture.send<Bundle>('GET', withIds(query));
  expect([query, status, status === 200 ? '' : body]).toEqual([query, 200, '']);
  return (body.entry ?? []).map(({ resource }) => names.get(`${resource?.resourceType}/${resource?.id}`) ?? '?');
}

describe('Search', () => {
  test.each<[string, string[]]>([
    // Strings
    ['Patient?name=berg', ['bo', 'ada']],
    ['Patient?name=VAN DER', ['ada']],
    ['Patient?name=ada berg', ['ada']],
    ['Patient?name=ada berger', []],
    ['Patient?family=berg', ['bo']],
    ['Patient?family:contains=BERG', ['bo', 'ada']],
    ['Patient?family:exact=Berger', ['bo']],
    ['Patient?family:exact=berger', []],
    ['Patient?given=lou,bo', ['bo']],
    ['Patient?phonetic=ada', ['ada']],
    ['Practitioner?name=elise grun', ['doctor']],
    ['Practitioner?family:exact=Grün', ['doctor']],
    ['Patient?address=springfield', ['ada']],
    ['Patient?address=main il', ['ada']],
    ['Patient?address-city=spring', ['ada']],
    ['Location?name=north', ['north']],
    ['Location?name=wing', []],
    // Tokens
    ['Patient?identifier=A-1', ['ada', 'bo']],
    ['Patient?identifier=urn:mrn|A-1', ['ada']],
    ['Patient?identifier=urn:mrn|', ['ada']],
    ['Patient?identifier=|bare', ['ada']],
    ['Patient?identifier=|A-1', []],
    ['Patient?identifier=urn:mrn|A-1,urn:other|A-1', ['ada', 'bo']],
    ['Patient?identifier=urn:mrn|A-1&identifier=urn:other|A-1', []],
    ['Patient?identifier=a-1', []],
    ['Patient?gender=female', ['ada']],
    ['Patient?gender:not=female', ['bo', 'nobody']],
    ['Patient?active=true', ['ada']],
    ['Patient?active:not=true', ['bo', 'nobody']],
    ['Patient?gender:missing=true', ['bo', 'nobody']],
    ['Patient?gender:missing=false', ['ada']],
    ['Patient?phone=%2B15550001', ['ada']],
    ['Patient?email=ADA@example.com', ['ada']],
    ['Patient?phone=ada@example.com', []],
    ['Patient?telecom=email|ada@example.com', ['ada']],
    ['Patient?_tag=urn:tags|vip', ['ada']],
    ['Patient?_profile=urn:profile', ['ada']],
    ['Observation?code=weight', ['weight', 'bo weight']],
    ['Patient?deceased=false', ['ada', 'bo', 'nobody']],
    // References
    ['Slot?schedule=Schedule/{doctor schedule}', ['nine', 'ten', 'tomorrow']],
    ['Slot?schedule={doctor schedule}', ['nine', 'ten', 'tomorrow']],
    ['Observation?subject=Patient/{ada}&_sort=code', ['pulse', 'weight']],
    ['Observation?patient={ada}&code=pulse', ['pulse']],
    ['Observation?subject:missing=true', []],
    ['Encounter?subject:identifier=urn:mrn|A-1', ['stay']],
    ['Observation?subject:not=Patient/{ada}', ['bo weight']],
    ['Observation?_compartment=Patient/{ada}&_sort=_lastUpdated', ['weight', 'pulse']],
    ['Appointment?actor=Practitioner/{doctor}', ['appointment']],
    ['Appointment?patient=Patient/{ada}&date=2026-03-02', ['appointment']],
    ['Appointment?patient=Patient/{ada}&date=2026-03-03', []],
    // Dates
    ['Slot?start=ge2026-03-02&start=lt2026-03-03&_sort=start', ['nine', 'role slot', 'ten']],
    ['Slot?schedule={doctor schedule}&start=ge2026-03-02T10:00:00Z', ['ten', 'tomorrow']],
    ['Slot?schedule={doctor schedule}&status=free&start=ge2026-03-02&start=lt2026-03-03', ['nine']],
    ['Slot?start=2026-03-02T09:00:00Z', ['nine']],
    ['Slot?start=2026-03-02T10:00:00%2B01:00', ['nine']],
    ['Slot?start=ne2026-03-02&_sort=start', ['tomorrow']],
    ['Slot?start=2026-03-02T09:30', ['role slot']],
    ['Slot?start=sa2026-03-02', ['tomorrow']],
    ['Slot?start=eb2026-03-02T09:30:00Z', ['nine']],
    ['Slot?start=gt2026-03-02', ['tomorrow']],
    ['Slot?start=le2026-03-02&_sort=-start', ['ten', 'role slot', 'nine']],
    ['Patient?birthdate=1980', ['bo', 'ada']],
    ['Patient?birthdate=1980-05-17', ['bo', 'ada']],
    ['Patient?birthdate=lt1980-05-17', ['bo']],
    ['Patient?birthdate=1981', []],
    ['Observation?date=2026-03-02&_sort=code', ['pulse', 'weight']],
    ['Observation?date=2026-03-02T08:00:00Z&_sort=code', ['pulse', 'weight']],
    ['Observation?date=2026-03-02T09:00:00Z', ['pulse']],
    ['Encounter?date=2026-03-04&_sort=date', ['visit', 'stay']],
    ['Encounter?date=ge2026-03-05', ['stay']],
    ['Encounter?date=lt2026-03-03', ['visit']],
    ['Patient?_lastUpdated=ge2100-01-01', []],
    // Numbers and quantities
    ['Observation?value-quantity=71.5', ['weight']],
    ['Observation?value-quantity=gt70&_sort=value-quantity', ['weight', 'bo weight']],
    ['Observation?value-quantity=ap70&_sort=value-quantity', ['pulse', 'weight']],
    ['Observation?value-quantity=le71.5|http://unitsofmeasure.org|kg&_sort=value-quantity', ['pulse', 'weight']],
    ['Observation?value-quantity=71.5||kg', ['weight']],
    ['Observation?value-quantity=71.5||lb', []],
    // Uris
    ['ValueSet?url=http://example.com/vs/colours', ['value set']],
    ['ValueSet?url=http://example.com/vs', []],
    ['ValueSet?url:below=http://example.com/vs', ['value set']],
    // Text
    ['Patient?_filter=gender eq female or name co "Berger"', ['ada', 'bo']],
    ['Patient?_id={ada},{bo}&_sort=-_lastUpdated', ['bo', 'ada']],
    ['Patient?_id={ada}&gender=male', []],
    ['Patient?_id={weight}', []],
    // Chains
    ['Slot?schedule.actor=Practitioner/{doctor}', ['nine', 'ten', 'tomorrow']],
    ['Slot?schedule.actor:PractitionerRole.location=Location/{north}', ['role slot']],
    ['Slot?schedule.actor:PractitionerRole.location.name=north', ['role slot']],
    ['Slot?schedule.actor:Practitioner.name=elise&status=free&_sort=start', ['nine', 'tomorrow']],
    ['Observation?subject:Patient.name=berger', ['bo weight']],
    ['Observation?subject.name:contains=erger', ['bo weight']],
    ['Observation?patient.birthdate=lt1980-05-17', ['bo weight']],
    ['Appointment?slot.schedule.actor=Practitioner/{doctor}', ['appointment']],
    ['Patient?_has:Observation:patient:code=pulse', ['ada']],
    ['Patient?_has:Observation:patient:value-quantity=gt80', ['bo']],
    ['Patient?_has:Appointment:patient:slot.status=free', ['ada']],
    ['Practitioner?_has:Patient:general-practitioner:_has:Observation:subject:code=weight', ['doctor']],
    // Order
    ['Patient?_sort=name', ['ada', 'bo', 'nobody']],
    ['Patient?_sort=-family&family:missing=false', ['ada', 'bo']],
    ['Slot?_sort=status,-start', ['ten', 'tomorrow', 'role slot', 'nine']],
    ['Patient?_sort=-_lastUpdated', ['nobody', 'bo', 'ada']],
    // Includes
    ['Appointment?_include=Appointment:slot&_include=Appointment:patient', ['appointment', 'nine', 'ada']],
    [
      'Appointment?_include=Appointment:slot&_include:iterate=Slot:schedule',
      ['appointment', 'nine', 'doctor schedule'],
    ],
    ['Schedule?actor=Practitioner/{doctor}&_revinclude=Slot:schedule', ['doctor schedule', 'nine', 'ten', 'tomorrow']],
  ])('%s', async (query, expected) => {
    const result = await found(query);
    expect(query.includes('_sort') || query.includes('nclude') ? result : result.sort()).toEqual(
      query.includes('_sort') || query.includes('nclude') ? expected : [...expected].sort(),
    );
  });

  test.each<[string, string]>([
    ['Patient?colour=red', 'colour'],
    ['Patient?name:above=x', 'above'],
    ['Patient?birthdate=soon', 'soon'],
    ['Patient?birthdate=2026-02-30', '2026-02-30'],
    ['Observation?value-quantity=heavy', 'heavy'],
    ['Patient?_count=many', '_count'],
    ['Patient?_offset=-1', '_offset'],
    ['Patient?_sort=colour', 'colour'],
    ['Patient?_total=roughly', '_total'],
    ['Patient?gender:missing=perhaps', 'true or false'],
    ['Observation?code-value-quantity:missing=true', 'composite'],
    ['Patient?active=perhaps', 'true'],
    ['Patient?general-practitioner.colour=red', 'colour'],
    ['Patient?name.given=x', 'name'],
    ['Patient?_has:Observation:patient', '_has'],
    ['Patient?_has:Observation:colour:code=1', 'colour'],
    ['Slot?schedule.actor:PractitionerRole.location.partof.name=x', 'three links'],
    ['Patient?_include=Patient:colour', 'colour'],
    ['Starship?name=x', 'Unknown resource type'],
    ['Binary?_id=1', 'Binary'],
  ])('%s is refused', async (query, named) => {
    const { status, body } = await fixture.send<OperationOutcome>('GET', query);
    expect(status).toBe(400);
    expect(issueText(body)).toContain(named);
  });

  test('pages through links, without repeating or losing a resource', async () => {
    const seen: string[] = [];
    let query: string | undefined = 'Slot?_count=1&_sort=status&_total=accurate';
    for (let page = 0; query && page < 10; page++) {
      const { body }: { body: Bundle } = await fixture.send<Bundle>('GET', query);
      expect(body.total).toBe(4);
      seen.push(...(body.entry ?? []).map((entry) => entry.resource?.id ?? ''));
      query = body.link?.find(({ relation }) => relation === 'next')?.url?.split('/fhir/R4/')[1];
    }
    expect(new Set(seen).size).toBe(4);
    expect(seen).toHaveLength(4);
  });

  test('counts, and shows the elements that are asked for', async () => {
    const { body: count } = await fixture.send<Bundle>('GET', 'Slot?status=free&_summary=count');
    expect(count).toMatchObject({ total: 3 });
    expect(count.entry).toBeUndefined();
    const { body } = await fixture.send<Bundle<Slot>>('GET', 'Slot?_elements=start&_count=1');
    expect(Object.keys(body.entry?.[0]?.resource ?? {}).sort()).toEqual(
      ['end', 'id', 'meta', 'resourceType', 'schedule', 'start', 'status'].sort(),
    );
  });

  test('searches by POST, and several types at once', async () => {
    const { body } = await fixture.send<Bundle>('POST', 'Slot/_search', { status: 'busy' });
    expect(body.entry).toHaveLength(1);
    const { body: several } = await fixture.send<Bundle>('GET', `?_type=Schedule,Location&_count=2`);
    expect(several.entry?.map((entry) => entry.resource?.resourceType)).toEqual(['Schedule', 'Schedule']);
    const { body: next } = await fixture.send<Bundle>('GET', `?_type=Schedule,Location&_count=2&_offset=2`);
    expect(next.entry?.map((entry) => entry.resource?.resourceType)).toEqual(['Location']);
  });

  test('finds what changed, and nothing that is gone', async () => {
    const context = memberContext();
    const send = sender(fixture.service, context);
    const { body: patient } = await send<Patient>('POST', 'Patient', { resourceType: 'Patient', gender: 'male' });
    await send('PUT', `Patient/${patient.id}`, { ...patient, gender: 'female', birthDate: '2000-01-01' });
    const count = async (query: string) => (await send<Bundle>('GET', `Patient?${query}`)).body.entry?.length ?? 0;
    expect([await count('gender=male'), await count('gender=female'), await count('birthdate=2000')]).toEqual([
      0, 1, 1,
    ]);
    await send('DELETE', `Patient/${patient.id}`);
    expect([await count('gender=female'), await count(''), await count(`_id=${patient.id}`)]).toEqual([0, 0, 0]);
    const rows = ['token', 'date', 'string', 'reference', 'number'].map(
      (kind) =>
        fixture.store.db.get<{ n: number }>(
          `SELECT count(*) AS n FROM idx_${kind} WHERE param IN (SELECT id FROM param WHERE project = ?)`,
          context.projectId as string,
        )?.n,
    );
    expect(rows).toEqual([0, 0, 0, 0, 0]);
  });

  test('for GraphQL, finds what refers to each of several', async () => {
    const repository = fixture.service.repository(fixture.context);
    const references = ['ada', 'bo', 'nobody'].map((name) => `Patient/${ids.get(name)}`);
    const result = await repository.searchByReference({ resourceType: 'Observation' }, 'subject', references);
    expect(references.map((reference) => result[reference]?.length)).toEqual([2, 1, 0]);
  });

  test('an id that does not exist finds nothing', async () => {
    expect(await found(`Patient?_id=${randomUUID()}`)).toEqual([]);
    expect(await found(`Slot?schedule.actor=Practitioner/${randomUUID()}`)).toEqual([]);
  });
});
