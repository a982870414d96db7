import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CarePlan } from '@medplum/fhirtypes';
import type { Clinic } from '../clinic.ts';
import { startMessaging } from '../messages/messaging.ts';
import type { Messaging } from '../messages/messaging.ts';
import { bookDirectly, outcomeOf } from '../appointments.ts';
import { Story } from './story.ts';

describe('Journeys over weeks, on real Subscriptions and transactions', () => {
  let messaging: Messaging;
  let clinic: Clinic;
  beforeAll(async () => {
    messaging = await startMessaging({}, '2030-03-04T15:00:00Z');
    ({ clinic } = messaging);
  });
  afterAll(() => messaging.close());

  /** The patient texts back, and the clinic's number hears of it. */
  const reply = (story: Story, text: string): Promise<number> =>
    messaging.receive(story.patient.telecom?.[0]?.value ?? '', text);

  const fine = [
    { linkId: 'wellbeing', answer: [{ valueInteger: 8 }] },
    { linkId: 'worse', answer: [{ valueBoolean: false }] },
  ];
  const bad = [
    { linkId: 'wellbeing', answer: [{ valueInteger: 2 }] },
    { linkId: 'worse', answer: [{ valueBoolean: true }] },
  ];

  test('ninety days of chronic care: reminders, answers, a rebooking, a missed visit and a cancellation', async () => {
    const practitioner = clinic.demo('provider-1');
    const story = await Story.begin(clinic, {
      generalPractitioner: [{ reference: `Practitioner/${practitioner.id}` }],
    });
    const visit = await story.book('chronic-care', 84);
    expect(await story.stages('chronic-care')).toEqual({
      enrolment: 'in-progress',
      'check-in': 'requested',
      review: 'requested',
      'missed-visit': 'requested',
      closing: 'requested',
    });

    await story.until(30);
    const [first] = await story.stepTasks('chronic-care', 'Questionnaire/care-check-in');
    expect(first).toMatchObject({ status: 'requested', owner: { reference: `Patient/${story.patient.id}` } });
    await story.answer('care-check-in', bad);
    const [worse] = await story.stepTasks('chronic-care', 'review-answers');
    expect(worse).toMatchObject({ status: 'requested', performerType: [{ coding: [{ code: 'nurse' }] }] });
    await story.patch(worse!, { status: 'completed' });

    await story.until(60);
    const asked = await story.stepTasks('chronic-care', 'Questionnaire/care-check-in');
    expect(asked.map(({ status }) => status)).toEqual(['requested', 'completed']);
    await story.answer('care-check-in', fine);
    expect(await story.stepTasks('chronic-care', 'review-answers')).toHaveLength(1);

    await story.until(70);
    await story.patch(visit, { start: story.at(87), end: story.at(87.02) });
    await story.until(80);
    const [review] = await story.stepTasks('chronic-care', 'care-review');
    expect(review).toMatchObject({
      status: 'requested',
      owner: { reference: `Practitioner/${practitioner.id}` },
    });
    await story.until(84);
    expect(await reply(story, '2')).toBe(200);
    await story.patch(visit, { start: story.at(88), end: story.at(88.02) });
    await story.until(85);
    expect(await reply(story, '1')).toBe(200);
    expect((await clinic.medplum.readResource('Appointment', visit.id)).participant[0]?.status).toBe('accepted');

    await story.until(87);
    await story.until(88.1);
    await clinic.call('Appointment/$no-show', { appointment: `Appointment/${visit.id}` });
    await clinic.server.drain();
    expect(await story.stages('chronic-care')).toMatchObject({ review: 'completed', 'missed-visit': 'in-progress' });
    const [call] = await story.stepTasks('chronic-care', 'call-to-rebook');
    const replacement = await bookDirectly(clinic, story.patient, story.at(96));
    await story.patch(call!, { status: 'completed' });
    await story.until(89);
    await story.patch(replacement, { status: 'cancelled' });
    expect(await outcomeOf(clinic, replacement)).toMatchObject({
      journeys: ['revoked'],
      requests: ['completed', 'revoked', 'revoked'],
    });

    await story.until(90);
    expect(await story.stages('chronic-care')).toEqual({
      enrolment: 'completed',
      'check-in': 'completed',
      review: 'completed',
      'missed-visit': 'completed',
      closing: 'completed',
    });
    expect((await story.journey('chronic-care')).status).toBe('completed');
    expect(await story.messages()).toEqual([
      '0 care-welcome completed',
      '0 appointment-confirmation completed',
      '30 care-check-in completed',
      '60 care-check-in completed',
      '84 appointment-reminder completed',
      '84 reply-move completed',
      '85 appointment-reminder completed',
      '85 reply-confirmed completed',
      '87 appointment-reminder completed',
      '88 missed-visit completed',
      '88 appointment-confirmation completed',
      '90 care-closing completed',
    ]);
  });

  test('a follow-up that is cancelled half-way is silent from then on', async () => {
    const story = await Story.begin(clinic);
    const definition = await story.definition('chronic-care');
    const plan = await clinic.call<CarePlan>('PlanDefinition/$start-journey', {
      definition: `PlanDefinition/${definition.id}`,
      patient: `Patient/${story.patient.id}`,
    });
    await story.until(30);
    await clinic.call('CarePlan/$cancel-journey', { journey: `CarePlan/${plan.id}`, reason: 'Moved away' });
    await story.until(91);
    expect(await story.messages()).toEqual(['0 care-welcome completed', '30 care-check-in completed']);
    expect(await story.stages('chronic-care')).toMatchObject({
      enrolment: 'completed',
      'check-in': 'cancelled',
      closing: 'cancelled',
    });
    const open = await clinic.medplum.searchResources('Task', {
      'based-on': `CarePlan/${plan.id}`,
      status: 'draft,requested,in-progress',
    });
    expect(open).toHaveLength(0);
  });

  test('a procedure with its preparation and a check two days after it', async () => {
    const story = await Story.begin(clinic);
    const visit = await story.book('procedure', 14);
    expect((await story.stepTasks('procedure', 'pre-procedure-call')).map(({ status }) => status)).toEqual(['draft']);
    await story.answer('pre-procedure-check', [{ linkId: 'allergies', answer: [{ valueBoolean: false }] }]);
    expect((await story.stepTasks('procedure', 'pre-procedure-check')).map(({ status }) => status)).toEqual([
      'completed',
    ]);
    await story.until(8);
    const [call] = await story.stepTasks('procedure', 'pre-procedure-call');
    expect(call?.status).toBe('requested');
    await story.patch(call!, { status: 'completed' });
    await story.until(12);
    await story.until(13);
    await story.until(14);
    const encounter = await clinic.call<{ id: string }>('Appointment/$start-encounter', {
      appointment: `Appointment/${visit.id}`,
    });
    await clinic.medplum.patchResource('Encounter', encounter.id, [
      { op: 'replace', path: '/status', value: 'finished' },
    ]);
    await clinic.server.drain();
    expect(await story.stages('procedure')).toMatchObject({ 'day-of-procedure': 'completed', recovery: 'in-progress' });
    await story.until(16);
    await story.answer('post-procedure-check', [
      { linkId: 'pain', answer: [{ valueInteger: 8 }] },
      { linkId: 'fever', answer: [{ valueBoolean: false }] },
    ]);
    expect((await story.journey('procedure')).status).toBe('active');
    const [worry] = await story.stepTasks('procedure', 'review-answers');
    expect(worry?.status).toBe('requested');
    await story.patch(worry!, { status: 'completed' });
    expect((await story.journey('procedure')).status).toBe('completed');
    expect(await story.messages()).toEqual([
      '0 appointment-confirmation completed',
      '12 procedure-preparation completed',
      '13 appointment-reminder completed',
      '14 procedure-aftercare completed',
      '16 post-procedure-questions completed',
    ]);
  });
});
