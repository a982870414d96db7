import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import { getExtensionValue } from '@medplum/core';
import type { Bundle, Composition, Condition, MedicationRequest, ServiceRequest } from '@medplum/fhirtypes';
import { ICD10CM } from '../../bots/scribe/fhir/conditions.ts';
import { CONFIDENCE } from '../../bots/scribe/fhir/evidence.ts';
import { NOTHING_SAID } from '../../bots/scribe/fhir/composition.ts';
import { plainText } from '../../bots/scribe/fhir/narrative.ts';
import { SettingsError } from '../../scripts/lib/args.ts';
import { startClinicServer } from '../../scripts/lib/clinic-server.ts';
import { silentLogger } from '../../server/index.ts';
import { calibration } from '../scribe/calibration.ts';
import type { Rated } from '../scribe/calibration.ts';
import { readGold } from '../scribe/gold.ts';
import { report } from '../scribe/report.ts';
import { score } from '../scribe/score.ts';
import type { DraftedVisit } from '../scribe/score.ts';

const USAGE = `npm run bench -- scribe --data FOLDER --split NAME --out FILE
  data   folder with NAME.csv (encounter_id, dialogue, note); NAME_metadata.csv and icd10-NAME.jsonl are used if there
  split  the NAME: train, valid, …
  out    one JSON object a line: encounter_id, note, problems, orders`;

/** What a client gets of one transcript. */
interface Annotated extends DraftedVisit {
  readonly problems: readonly (Rated & { readonly text?: string })[];
  readonly orders: readonly { readonly kind: string; readonly text?: string }[];
}

/**
 * Drafts a note for every visit of a split with the deployed operation `Encounter/$draft-resources` on an embedded server,
 * writes them as one JSON object a line, and prints how they compare with the clinicians' notes.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, split: { type: 'string' }, out: { type: 'string' } },
  });
  const { data, split, out } = values;
  if (!data || !split || !out) {
    throw new SettingsError(USAGE);
  }
  const visits = readGold(data, split);
  const { server, medplum } = await startClinicServer({ port: 0, demo: false, logger: silentLogger });
  const drafts = new Map<string, Annotated>();
  try {
    for (const { id, dialogue } of visits) {
      drafts.set(id, await annotate(medplum, dialogue));
    }
  } finally {
    await server.close();
  }
  const lines = [...drafts].map(([encounter_id, drafted]) => JSON.stringify({ encounter_id, ...drafted }));
  writeFileSync(out, `${lines.join('\n')}\n`);
  console.log(report(score(visits, drafts)));
  const problems = new Map([...drafts].map(([id, drafted]) => [id, drafted.problems]));
  calibration(visits, problems).forEach((line) => console.log(line));
}

async function annotate(medplum: MedplumClient, transcript: string): Promise<Annotated> {
  const bundle = await medplum.post<Bundle>(medplum.fhirUrl('Encounter', '$draft-resources'), { transcript });
  const resources = (bundle.entry ?? []).map(({ resource }) => resource);
  const composition = resources.find((resource): resource is Composition => resource?.resourceType === 'Composition');
  const sections = (composition?.section ?? []).map(({ text }) => plainText(text));
  return {
    note: sections.filter((text) => text !== NOTHING_SAID).join('\n\n'),
    problems: resources
      .filter((resource): resource is Condition => resource?.resourceType === 'Condition')
      .map((condition) => {
        const { code } = condition;
        const confidence = getExtensionValue(condition, CONFIDENCE);
        const icd10 = code?.coding?.find(({ system }) => system === ICD10CM)?.code;
        return {
          ...(code?.text && { text: code.text }),
          ...(icd10 && { icd10 }),
          ...(typeof confidence === 'number' && { confidence }),
        };
      }),
    orders: resources.filter(isOrder).map((order) => {
      const concept = order.resourceType === 'MedicationRequest' ? order.medicationCodeableConcept : order.code;
      return { kind: order.resourceType, ...(concept?.text && { text: concept.text }) };
    }),
  };
}

const isOrder = (resource: { resourceType: string } | undefined): resource is MedicationRequest | ServiceRequest =>
  resource?.resourceType === 'MedicationRequest' || resource?.resourceType === 'ServiceRequest';
