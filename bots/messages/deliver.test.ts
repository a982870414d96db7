import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { ActivityDefinition, Bot, Communication, Patient } from '@medplum/fhirtypes';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { bookDirectly, setDeliveries } from '../../test/appointments.ts';
import { MESSAGE_TEMPLATE, OUTBOX_SID } from './names.ts';
import { OUTGOING_CATEGORY } from './request.ts';
import { mediumOf } from './template.ts';

describe('A Communication in preparation', () => {
  let clinic: Clinic;
  let patient: WithId<Patient>;

  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
    patient = await clinic.newPatient();
  });

  afterAll(() => clinic.close());

  const create = (over: Partial<Communication> = {}): Promise<WithId<Communication>> =>
    clinic.medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'preparation',
      recipient: [createReference(patient)],
      ...over,
    });
  const after = async ({ id }: WithId<Communication>): Promise<WithId<Communication>> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    return clinic.medplum.readResource('Communication', id);
  };
  const tickets = async (): Promise<number> => {
    clinic.medplum.invalidateAll();
    const { total } = await clinic.medplum.search('Task', { code: 'ticket', _total: 'accurate' });
    return total ?? -1;
  };

  test('of a client is sent, and says when and by which way', async () => {
    const sent = await after(await create({ medium: [mediumOf('sms')], payload: [{ contentString: 'Please call.' }] }));
    expect(sent).toMatchObject({
      status: 'completed',
      sent: '2030-03-04T12:00:00.000Z',
      identifier: [{ system: OUTBOX_SID, value: sent.id }],
      payload: [{ contentString: 'Please call.' }],
    });
  });

  test('with a template carries the text that went out', async () => {
    const appointment = await bookDirectly(clinic, patient, '2030-03-14T14:00:00Z');
    const sent = await after(
      await create({
        instantiatesCanonical: ['https://careline.dev/fhir/ActivityDefinition/appointment-reminder'],
        about: [createReference(appointment)],
      }),
    );
    expect(sent).toMatchObject({ status: 'completed', medium: [mediumOf('sms')] });
    // The room has no name for a patient: the site that it is in has.
    expect(sent.payload?.[0]?.contentString).toMatch(/Thursday, March 14, 2030, 10:00 AM at Riverside Clinic/);
  });

  test('that cannot be sent says why', async () => {
    const unreachable = await clinic.newPatient({ telecom: [] });
    const notDone = await after(
      await create({
        recipient: [createReference(unreachable)],
        medium: [mediumOf('sms')],
        payload: [{ contentString: 'x' }],
      }),
    );
    expect(notDone).toMatchObject({
      status: 'not-done',
      statusReason: {
        coding: [{ system: 'https://careline.dev/fhir/CodeSystem/message-status-reason', code: 'no-address' }],
      },
    });
    expect(notDone.sent).toBeUndefined();
  });

  test('of another program is left alone, by the sweep too', async () => {
    const letter = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode', code: 'MAILWRIT' }],
    };
    const other = await create({ medium: [letter], payload: [{ contentString: 'A letter.' }] });
    const chat = await create({ status: 'in-progress', payload: [{ contentString: 'A chat.' }] });
    await clinic.server.advance({ minutes: 10 });
    expect((await after(other)).meta?.versionId).toBe(other.meta?.versionId);
    expect((await after(chat)).meta?.versionId).toBe(chat.meta?.versionId);
  });

  test('that is delivered many times at once goes out once', async () => {
    await setDeliveries(clinic, 'off');
    const message = await create({ medium: [mediumOf('sms')], payload: [{ contentString: 'Once.' }] });
    const bot = (await clinic.medplum.searchOne('Bot', { name: 'careline-messages-send' })) as WithId<Bot>;
    await Promise.all(
      Array.from({ length: 6 }, () => clinic.medplum.executeBot(bot.id, message, 'application/fhir+json')),
    );
    const sent = await after(message);
    expect(sent.status).toBe('completed');
    const history = await clinic.medplum.readHistory('Communication', message.id);
    expect(history.entry?.map(({ resource }) => resource?.status)).toEqual(['completed', 'in-progress', 'preparation']);
    await setDeliveries(clinic, 'active');
  });

  test('whose delivery is lost, and one whose sending broke off, are settled by the sweep', async () => {
    await setDeliveries(clinic, 'off');
    const lost = await create({ medium: [mediumOf('sms')], payload: [{ contentString: 'Lost.' }] });
    const broken = await create({
      status: 'in-progress',
      category: [OUTGOING_CATEGORY],
      medium: [mediumOf('sms')],
      payload: [{ contentString: 'Broken off.' }],
    });
    await clinic.server.advance({ minutes: 2 });
    expect((await after(lost)).status).toBe('completed');
    expect((await after(broken)).status).toBe('in-progress');
    await clinic.server.advance({ minutes: 4 });
    expect(await after(broken)).toMatchObject({
      status: 'completed',
      identifier: [{ system: OUTBOX_SID, value: broken.id }],
    });
    await setDeliveries(clinic, 'active');
  });

  test('of which the time is over is not sent any more', async () => {
    const late = await create({
      medium: [mediumOf('sms')],
      payload: [{ contentString: 'Your visit is tomorrow.' }],
      extension: [
        { url: 'https://careline.dev/fhir/StructureDefinition/message-expires', valueInstant: '2030-03-01T00:00:00Z' },
      ],
    });
    expect(await after(late)).toMatchObject({ status: 'not-done', statusReason: { coding: [{ code: 'expired' }] } });
  });

  describe('and its template', () => {
    const newTemplate = (body: string): Promise<WithId<ActivityDefinition>> =>
      clinic.medplum.createResource<ActivityDefinition>({
        resourceType: 'ActivityDefinition',
        status: 'active',
        kind: 'CommunicationRequest',
        url: `https://example.org/ActivityDefinition/${body.length}`,
        extension: [
          {
            url: MESSAGE_TEMPLATE,
            extension: [
              { url: 'channel', valueCode: 'sms' },
              { url: 'language', valueCode: 'en' },
              { url: 'body', valueString: body },
            ],
          },
        ],
      });

    test('that cannot be filled is one ticket, however many messages it stops', async () => {
      const template = await newTemplate('{{ patient.shoe_size }}');
      const before = await tickets();
      const over = { instantiatesCanonical: [template.url ?? ''], category: [OUTGOING_CATEGORY] };
      const stopped = await Promise.all([create(over), create(over)]);
      for (const message of stopped) {
        expect(await after(message)).toMatchObject({
          status: 'not-done',
          statusReason: { coding: [{ code: 'invalid-template' }] },
        });
      }
      expect(await tickets()).toBe(before + 1);
    });

    test('that is wrong is a ticket as soon as it is saved, which closes when it is right', async () => {
      const template = await newTemplate('{{ patient.name }}, {{ patient.hat_size }}');
      const open = async (): Promise<(string | undefined)[]> => {
        await clinic.server.drain();
        clinic.medplum.invalidateAll();
        const found = await clinic.medplum.searchResources('Task', { focus: `ActivityDefinition/${template.id}` });
        return found.map(({ status, description }) => `${status}: ${description}`);
      };
      expect(await open()).toEqual([expect.stringMatching(/^requested: .*no variable "patient.hat_size"/)]);
      const { extension } = await newTemplate('{{ patient.name }} ');
      await clinic.medplum.updateResource<ActivityDefinition>({ ...template, extension });
      expect(await open()).toEqual([expect.stringMatching(/^completed/)]);
    });

    test('is previewed before it is saved, by any channel, or refused with what is wrong', async () => {
      const nobody = await clinic.newPatient({ telecom: [] });
      const draft = (...bodies: string[]): object => ({
        resourceType: 'ActivityDefinition',
        status: 'draft',
        extension: bodies.map((body, index) => ({
          url: MESSAGE_TEMPLATE,
          extension: [
            { url: 'channel', valueCode: ['sms', 'email'][index] },
            { url: 'language', valueCode: 'en' },
            { url: 'body', valueString: body },
          ],
        })),
      });
      const preview = (body: object): Promise<Communication> =>
        clinic.call('ActivityDefinition/$preview', { patient: `Patient/${nobody.id}`, ...body });
      const given = { draft: draft('By SMS', 'By e-mail'), channel: 'email' };
      expect(await preview(given)).toMatchObject({
        medium: [mediumOf('email')],
        payload: [{ contentString: 'By e-mail' }],
      });
      const refused = (code: string, parameter: string): object => ({
        outcome: { issue: [{ code, expression: [parameter] }] },
      });
      await expect(preview({ ...given, draft: draft('{{ x }}', 'y') })).rejects.toMatchObject(
        refused('value', 'draft'),
      );
      await expect(preview({ ...given, channel: 'fax' })).rejects.toMatchObject(refused('value', 'channel'));
      await expect(preview({ draft: draft('By SMS') })).rejects.toMatchObject(refused('business-rule', 'patient'));
    });

    test('is previewed as a patient would get it, and nothing is stored', async () => {
      const template = await newTemplate(
        'For {{ patient.name }}{% if appointment %} at {{ appointment.time }}{% endif %}',
      );
      const appointment = await bookDirectly(clinic, patient, '2030-03-14T14:00:00Z');
      await clinic.server.drain();
      const count = async (): Promise<number | undefined> => {
        clinic.medplum.invalidateAll();
        return (await clinic.medplum.search('Communication', { _total: 'accurate' })).total;
      };
      const before = await count();
      const preview = await clinic.call<Communication>('ActivityDefinition/$preview', {
        template: `ActivityDefinition/${template.id}`,
        patient: `Patient/${patient.id}`,
        appointment: `Appointment/${appointment.id}`,
      });
      expect(preview.payload).toEqual([{ contentString: 'For Test Patient 1 at 10:00 AM' }]);
      expect(preview.id).toBeUndefined();
      await clinic.server.drain();
      expect(await count()).toBe(before);
    });

    test('is refused with the reason where it cannot be previewed', async () => {
      const template = await newTemplate('{{ nobody.knows }}');
      await expect(
        clinic.call('ActivityDefinition/$preview', {
          template: `ActivityDefinition/${template.id}`,
          patient: `Patient/${patient.id}`,
        }),
      ).rejects.toMatchObject({ outcome: { issue: [{ code: 'business-rule', expression: ['template'] }] } });
      await expect(
        clinic.call('ActivityDefinition/$preview', {
          template: 'ActivityDefinition/none',
          patient: `Patient/${patient.id}`,
        }),
      ).rejects.toMatchObject({ outcome: { issue: [{ code: 'not-found', expression: ['template'] }] } });
    });
  });
});
