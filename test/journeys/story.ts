import type { WithId } from '@medplum/core';
import { createReference, SchedulingPlanDefinitionURI, ServiceTypeReferenceURI } from '@medplum/core';
import type {
  Appointment,
  CarePlan,
  Communication,
  HealthcareService,
  Patient,
  PlanDefinition,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  Task,
} from '@medplum/fhirtypes';
import { stageOf } from '../../bots/journeys/parts.ts';
import { bookDirectly, skipTo } from '../appointments.ts';
import type { Clinic } from '../clinic.ts';

const BASE = 'https://careline.dev/fhir';
const DAY_MS = 86_400_000;

/** One patient's journey in a clinic, as a client sees it, counted in days from its beginning. */
export class Story {
  readonly clinic: Clinic;
  readonly patient: WithId<Patient>;
  private readonly begun: number;

  private constructor(clinic: Clinic, patient: WithId<Patient>) {
    this.clinic = clinic;
    this.patient = patient;
    this.begun = clinic.clock.now();
  }

  static async begin(clinic: Clinic, over: Partial<Patient> = {}): Promise<Story> {
    return new Story(clinic, await clinic.newPatient(over));
  }

  /** So many days after the beginning. */
  at(day: number): string {
    return new Date(this.begun + day * DAY_MS).toISOString();
  }

  /** Lets time go by in one step; what fell due on the way is done at its end. */
  async until(day: number): Promise<void> {
    await skipTo(this.clinic, this.at(day));
    await this.clinic.server.drain();
  }

  definition(name: string): Promise<WithId<PlanDefinition>> {
    return this.clinic.medplum.searchOne('PlanDefinition', { url: `${BASE}/PlanDefinition/${name}` }) as Promise<
      WithId<PlanDefinition>
    >;
  }

  /** Books for a service whose own journey is this one. */
  async book(journey: string, day: number): Promise<WithId<Appointment>> {
    const service = await this.clinic.medplum.createResource<HealthcareService>({
      resourceType: 'HealthcareService',
      extension: [
        { url: SchedulingPlanDefinitionURI, valueReference: createReference(await this.definition(journey)) },
      ],
    });
    const serviceType = [{ extension: [{ url: ServiceTypeReferenceURI, valueReference: createReference(service) }] }];
    const appointment = await bookDirectly(this.clinic, this.patient, this.at(day), { serviceType });
    await this.clinic.server.drain();
    return appointment;
  }

  async journey(name: string): Promise<WithId<CarePlan>> {
    this.clinic.medplum.invalidateAll();
    const plans = await this.clinic.medplum.searchResources('CarePlan', {
      subject: `Patient/${this.patient.id}`,
      _count: '100',
    });
    const found = plans.find(({ instantiatesCanonical }) => instantiatesCanonical?.[0]?.endsWith(`/${name}`));
    if (!found) {
      throw new Error(`There is no journey ${name}.`);
    }
    return found;
  }

  private async tasks(journey: string): Promise<WithId<Task>[]> {
    const plan = await this.journey(journey);
    return this.clinic.medplum.searchResources('Task', { 'based-on': `CarePlan/${plan.id}`, _count: '200' });
  }

  /** Where the journey stands: `code status` of each stage that was touched. */
  async stages(journey: string): Promise<Record<string, string>> {
    const stages = (await this.tasks(journey)).filter((task) => stageOf(task));
    return Object.fromEntries(stages.map((task) => [stageOf(task), task.status]));
  }

  /** The tasks of staff and patient, of one kind, the latest first. */
  async stepTasks(journey: string, kind: string): Promise<WithId<Task>[]> {
    const tasks = (await this.tasks(journey)).filter((task) => task.instantiatesCanonical?.endsWith(`/${kind}`));
    return tasks.sort((a, b) => Date.parse(b.authoredOn ?? '') - Date.parse(a.authoredOn ?? ''));
  }

  /** What the patient was sent: `day template status`, in order. */
  async messages(): Promise<string[]> {
    this.clinic.medplum.invalidateAll();
    const sent: WithId<Communication>[] = await this.clinic.medplum.searchResources('Communication', {
      subject: `Patient/${this.patient.id}`,
      _count: '1000',
    });
    const told = sent
      .filter(({ instantiatesCanonical }) => instantiatesCanonical)
      .map((one) => ({ at: Date.parse(one.sent ?? one.meta?.lastUpdated ?? ''), one }))
      .sort((a, b) => a.at - b.at);
    return told.map(
      ({ at, one }) =>
        `${Math.round((at - this.begun) / DAY_MS)} ${one.instantiatesCanonical?.[0]?.split('/').at(-1)} ${one.status}`,
    );
  }

  /** The patient answers a questionnaire of the shipped ones. */
  async answer(questionnaire: string, item: QuestionnaireResponseItem[]): Promise<void> {
    await this.clinic.medplum.createResource<QuestionnaireResponse>({
      resourceType: 'QuestionnaireResponse',
      questionnaire: `${BASE}/Questionnaire/${questionnaire}`,
      status: 'completed',
      subject: createReference(this.patient),
      authored: new Date(this.clinic.clock.now()).toISOString(),
      item,
    });
    await this.clinic.server.drain();
  }

  async patch(resource: WithId<Appointment | CarePlan | Task>, values: Record<string, unknown>): Promise<void> {
    await this.clinic.medplum.patchResource(
      resource.resourceType,
      resource.id,
      Object.entries(values).map(([name, value]) => ({ op: 'replace' as const, path: `/${name}`, value })),
    );
    await this.clinic.server.drain();
  }
}
